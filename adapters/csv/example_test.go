package csv_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"rollcall/adapters/csv"
	"rollcall/sync/directory"
)

func Example() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "people.csv")

	if err := csv.Write(path, csv.Sheet{
		Groups: []string{"Slack primaries"},
		People: []csv.Person{
			{ID: "e1", Name: "Ann Able", Email: "ann@corp.example", Groups: []string{"Slack primaries"}, Active: true},
			{ID: "e2", Name: "Bob Baker", Email: "bob@corp.example", Active: true},
		},
	}); err != nil {
		fmt.Println(err)
		return
	}

	source, err := csv.New(csv.Config{Tenant: "acme", Name: "people", Path: path})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	page, err := source.Page(ctx, "acme", "Slack primaries", "")
	fmt.Println(len(page.Members), page.Last, page.Whole, err)

	bob := directory.MemberID{Directory: "people", ID: "e2"}
	fmt.Println(source.Member(ctx, "acme", "Slack primaries", bob).IsOut())
	fmt.Println(source.Member(ctx, "acme", "Slack primaires", bob).Err())
	// Output:
	// 1 true true <nil>
	// true
	// not found: the file does not name the group; if it is to be empty, declare it with a line #group and its name
}
