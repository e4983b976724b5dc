// Package vault keeps the secrets of installations: sealed in the store, and renewed before they end.
//
// # What it owns
//
// The form of sealed secrets, the key file, and the moment at which a token is renewed. It asks for
// a store of sealed bytes ([Registry]) and for a function for each platform that exchanges a refresh
// secret for a new token ([Renew]).
//
// # How a secret is sealed
//
// Each secret is encrypted (AES-256-GCM) with a data key of its own, and that with a key from the
// key file. Both layers are tied to the tenant, the platform, the workspace, the generation and the
// field, the outer one to the key's id too: a row that is moved, swapped or changed doesn't open.
// Only an earlier secret that is put back in its own place does. The store alone gives no token up,
// and neither does a copy of it; what it shows is how long a secret is, and when a token ends.
//
// # The key file
//
// Lines of id:base64. The first key seals, all of them open. [Rotate] puts a new one first; once
// every process has read the file again, [Vault.Rewrap] seals all data keys with it, and [Prune]
// removes what [Vault.KeysInUse] doesn't name. The file is refused where somebody else can read it.
//
// # How a token is renewed
//
// A platform takes the old refresh secret back when it gives a new one, so both are saved together,
// and a lost answer would be a lost installation. Within a process one renewal serves all who wait.
// Between processes the store decides: who renews first raises the version of what was read, and
// only one of those who read the same can. That also shows, before the platform is asked, that the
// store can be written to. Who came too late, or was refused since another was faster, waits for
// what that one saves. What the store doesn't take is kept in memory and saved before anything else.
//
// Two losses can't be prevented: a process that is killed between the platform's answer and the
// save, and an answer that is lost on its way. The next renewal is refused then. The connection
// stays as it is, and its Why says that somebody has to connect anew; nothing else is lost.
//
// # What it never does
//
// It keeps no token in memory beyond a call, a renewal that couldn't be saved aside. It never logs a
// secret or puts one into an error, and never asks a platform for anything but a renewal. That a
// platform refuses a token is for the caller to see to.
package vault
