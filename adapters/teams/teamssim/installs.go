package teamssim

import (
	"fmt"
	"strings"
)

// Announcing is how the app hears that it was installed or removed. The zero value is the usual way:
// installationUpdate, then conversationUpdate. In Teams either may come first.
type Announcing struct {
	ConversationFirst bool // the other order
	Twice             bool // both are sent two times
	Upgrade           bool // the action is add-upgrade or remove-upgrade
	Silent            bool // neither is sent: it happened long ago
	// Only is the one of the two that is sent, as if the other was lost. Empty: both are.
	Only string
}

// What [Announcing] may be limited to.
const (
	OnlyInstallation = "installationUpdate"
	OnlyConversation = "conversationUpdate"
)

// Install installs the app for a user, as they can themselves, an admin's policy can, and Graph. It may
// be called again: the conversation stays the same, and it is announced again.
func (s *Sim) Install(tenantID, userID string) error {
	return s.InstallAs(tenantID, userID, Announcing{})
}

// InstallAs is [Sim.Install] announced in a way.
func (s *Sim) InstallAs(tenantID, userID string, how Announcing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return err
	}
	if u.tenant.disabled {
		return fmt.Errorf("teamssim: an admin of %s disabled the app", tenantID)
	}
	u.installed = true
	if u.chat == nil {
		s.openChat(u)
	}
	s.announce(u, u.chat, how, true)
	return nil
}

// Uninstall removes the app for a user.
func (s *Sim) Uninstall(tenantID, userID string) error {
	return s.UninstallAs(tenantID, userID, Announcing{})
}

// UninstallAs is [Sim.Uninstall] announced in a way.
func (s *Sim) UninstallAs(tenantID, userID string, how Announcing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return err
	}
	if !u.installed {
		return fmt.Errorf("teamssim: the app is not installed for %s", userID)
	}
	u.installed = false
	s.announce(u, u.chat, how, false)
	return nil
}

// RemoveApp lets an admin remove the app for a whole tenant: everybody's installation goes, and the
// bot hears of each. People may install it again.
func (s *Sim) RemoveApp(tenantID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.tenantOf(tenantID)
	if home == nil {
		return fmt.Errorf("teamssim: no tenant %s", tenantID)
	}
	for _, u := range home.people {
		if u.installed {
			u.installed = false
			s.announce(u, u.chat, Announcing{}, false)
		}
	}
	return nil
}

func (s *Sim) announce(u *user, c *conversation, how Announcing, added bool) {
	if how.Silent {
		return
	}
	bot := []account{{ID: s.Bot()}}
	rounds := 1
	if how.Twice {
		rounds = 2
	}
	for range rounds {
		installation, members := s.installation(u, c, how, added), s.membersChanged(u, c, bot, nil)
		if !added {
			members = s.membersChanged(u, c, nil, bot)
		}
		both := []*activity{installation, members}
		if how.ConversationFirst {
			both[0], both[1] = both[1], both[0]
		}
		for _, a := range both {
			if how.Only == "" || how.Only == a.Type {
				s.tell(a)
			}
		}
	}
}

func (s *Sim) installation(u *user, c *conversation, how Announcing, added bool) *activity {
	a := s.newActivity(OnlyInstallation, u, c)
	a.Action = "remove"
	if added {
		a.Action = "add"
		a.ChannelData.Settings = &settings{SelectedChannel: idOnly{c.id}}
	}
	if how.Upgrade {
		a.Action += "-upgrade"
	}
	return a
}

func (s *Sim) membersChanged(u *user, c *conversation, added, removed []account) *activity {
	a := s.newActivity(OnlyConversation, u, c)
	a.MembersAdded, a.MembersRemoved = added, removed
	return a
}

// Installed reports whether the app is installed for a user.
func (s *Sim) Installed(tenantID, userID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	return err == nil && u.installed
}

// Conversation is the 1:1 conversation of a user and the bot; empty: there has been none.
func (s *Sim) Conversation(tenantID, userID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil || u.chat == nil {
		return ""
	}
	return u.chat.id
}

// DropConversation makes Teams forget the 1:1 conversation of a user and the bot. The next one that is
// asked for has another id.
func (s *Sim) DropConversation(tenantID, userID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return err
	}
	if u.chat != nil {
		delete(s.conversations, u.chat.id)
		u.chat = nil
	}
	return nil
}

// Blocking is whether, and how, a user's block of the bot shows.
type Blocking int

// Teams says it in either of two ways.
const (
	NotBlocked    Blocking = iota
	BlockedByUser          // by a code
	MessageWrites          // by a code within JSON within the text of a message
)

// Block makes a user block the bot, who hears nothing of it.
func (s *Sim) Block(tenantID, userID string, how Blocking) error {
	if how != BlockedByUser && how != MessageWrites {
		return fmt.Errorf("teamssim: there is no such way to block")
	}
	return s.setBlocked(tenantID, userID, how)
}

// Unblock takes that back.
func (s *Sim) Unblock(tenantID, userID string) error {
	return s.setBlocked(tenantID, userID, NotBlocked)
}

func (s *Sim) setBlocked(tenantID, userID string, how Blocking) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return err
	}
	u.blocked = how
	return nil
}

// Member names somebody in a conversation of people of several tenants.
type Member struct{ Tenant, User string }

// Group makes a group chat in the tenant of its first member, with the bot in it, and answers its id.
func (s *Sim) Group(members ...Member) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var people []*user
	for _, m := range members {
		u, err := s.user(m.Tenant, m.User)
		if err != nil {
			return "", err
		}
		people = append(people, u)
	}
	if len(people) == 0 {
		return "", fmt.Errorf("teamssim: a group needs a member")
	}
	c := &conversation{
		id:     "19:" + strings.ReplaceAll(s.newID(), "-", "") + "@thread.v2",
		tenant: people[0].tenant, members: people,
	}
	s.conversations[c.id] = c
	s.announce(people[0], c, Announcing{}, true)
	return c.id, nil
}
