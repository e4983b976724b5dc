package command

import (
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// Report is the card of a report for one reader. Of what somebody said about a link, its two accounts are
// shown less than the admins.
func Report(r directory.Report, to directory.AccountID, title func(directory.Platform) string) cards.Card {
	v := jobView(r.Job)
	v.Voice = titles(title).voice(r.Lang, r.Zone)
	v.Over, v.Rate, v.Left = r.Over, r.Rate, r.Left
	v.Plan = planView(r.Proposal, r.Examples)
	v.Plan.Let = r.Job.Changed
	if n := r.Proposal.Lines; r.Proposal.State == directory.ProposalReady && n > len(r.Examples) {
		v.Plan.More = 1
	}
	v.Person = titles(title).personView(r.Story, r.Job.Kind == directory.JobTell)
	v.Batch = batchView(r.Batch)
	v.Batch.Own = r.Batch.Proposer != "" && r.Batch.Proposer == to.Text()
	if r.Group.ID != "" {
		v.Group, v.Halted = called(r.Group), r.Group.Rollout.Halted
	}
	v.Admin = r.Admin
	if who := r.Who; !who.Account.IsZero() {
		v.Who = catalog.AdminView{Name: who.Name, Platform: title(who.Account.Platform), User: who.Account.User, By: who.By, Since: who.Since}
	}
	if pair := r.Job.Link.Pair; pair != (directory.Pair{}) {
		v.Here, v.There = title(to.Platform), title(other(pair, to.Platform))
	}
	return catalog.Report(v)
}

// other is the other platform of a pair.
func other(pair directory.Pair, platform directory.Platform) directory.Platform {
	if platform == pair.A {
		return pair.B
	}
	return pair.A
}
