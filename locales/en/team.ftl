## Team

team-title = Team
team-invite = Invite
team-invite-sent = An invitation went to { $email }. The link lives 7 days.
team-role-owner = Owner
team-from-crm = Administrators of { $crm } enter from the widget without a password.
team-remove-confirm =
    Remove { $name }? Open sessions end at once; { $keys ->
        [0] no keys
        [one] { $keys } key
       *[other] { $keys } keys
    } of this person stay valid.
team-last-owner = This is the last owner. Name another one first.
team-two-step = Two-step sign-in

## Audit

audit-title = Audit log
audit-empty = Nothing was changed in this period.
audit-col-who = Who
audit-col-what = What
audit-col-when = When
audit-vendor-looked = Vendor’s support looked at this account: { $reason }
audit-download = Download CSV
team-invite-unsent = The letter to { $email } did not leave, the mail server refused it. Nothing else is wrong: make a link in the line below and pass it on.
team-invite-copy = Pass this link on to { $email }. It works once, within 7 days.
team-link-copy = Pass this link on to { $email }. It works once, within 10 minutes, for this account only.
team-link-make = Make a sign-in link
team-invite-wait =
    { $minutes ->
        [one] Too many invitations within an hour. Nothing was sent. Try again in { $minutes } minute, or make a link for somebody invited before and pass it on yourself.
       *[other] Too many invitations within an hour. Nothing was sent. Try again in { $minutes } minutes, or make a link for somebody invited before and pass it on yourself.
    }
team-known = { $email } is in the team already.
team-role-administrator = Administrator
team-role-viewer = Viewer
team-may-owner = everything, with team and data
team-may-administrator = sources, messages, keys
team-may-viewer = may look, change nothing
team-role-of = Role of { $name }
team-role-change = Change
team-role-changed = { $name }: { $role }
team-col-name = Name
team-col-role = Role
team-col-state = State
team-col-seen = Last seen
team-me = you
team-crm-user = { $crm } user
team-remove = Remove
team-remove-title = Remove { $name }?
team-removed = { $name } has no access any more.
team-invite-title = Invite somebody
team-owner-only = Owners invite people and change roles.
team-two-step-remove = Take the second step off
team-two-step-removed = Password and authenticator of { $name } were removed, all sessions have ended. Pass this link on: it works once, within 10 minutes, to set up both again.
team-two-step-mailed = Password and authenticator of { $name } were removed, all sessions have ended. An e-mail with a link to set up both again is on its way.
team-demand-text = With this setting everybody who signs in by e-mail needs an authenticator: whoever has none is asked to set it up before anything else opens. People who come from { $crm } use its sign-in.
team-demand-on = Require it of everybody
team-demand-off = Make it optional
team-demand-is-on = Two-step sign-in is now required of everybody.
team-demand-is-off = Two-step sign-in is now optional.
team-two-step-wait =
    { $minutes ->
        [one] Three links have been e-mailed to { $name } within an hour. Nothing was changed. Try again in { $minutes } minute.
       *[other] Three links have been e-mailed to { $name } within an hour. Nothing was changed. Try again in { $minutes } minutes.
    }
team-two-step-elsewhere = { $name } also belongs to other accounts: only support can take the second step off.
audit-col-object = To what
audit-col-address = From where
audit-all = Everything
audit-from = From
audit-to = To
audit-refused = Refused
audit-group-source = Sources
audit-group-account = Account
audit-group-member = Team and sign-in
audit-group-key = Keys
audit-group-message = Messages
audit-group-undelivered = Undelivered
audit-group-import = Imports
audit-group-template = Templates
audit-group-alert = Alerts
audit-group-data = Data
audit-group-text = Looks at texts
audit-actor-member = team member
audit-actor-operator = vendor’s support
audit-actor-crm_user = { $crm } user
audit-actor-key = API key
audit-actor-cli = command line
audit-actor-stranger = not signed in
audit-actor-parom = Parom
audit-did-source-created = Source added
audit-did-source-changed = Source changed
audit-did-source-deleted = Source deleted
audit-did-source-restored = Source made in { $crm } again
audit-did-source-tested = Source tested
audit-did-source-suspended = Source paused, its server failed for a day
audit-did-webhook-resent = Webhook sent again
audit-did-template-created = Template made
audit-did-template-changed = Template changed
audit-did-template-sent = Template sent for review
audit-did-template-decided = Decision about a template
audit-did-template-deleted = Template deleted
audit-did-source-adopted = Source of { $crm } taken over
audit-did-stray_source-removed = Source of { $crm } removed
audit-did-account-connected = Account connected
audit-did-account-disconnected = Account disconnected
audit-did-account-suspended = Account suspended by the vendor
audit-did-account-resumed = Account resumed by the vendor
audit-did-account-limited = Number of sources changed by the vendor
audit-did-account-reconciled = Sources compared with { $crm }
audit-did-account-forgotten = Everything of an account erased
audit-did-account-compared = Search for lost messages started
audit-did-account-limit_changed = Number of sources changed by the vendor
audit-did-undelivered-redriven = Undelivered letters sent again by the vendor
audit-did-undelivered-redrive_stopped = Sending again stopped by the vendor
audit-did-account-weighed = Share of the account changed by the vendor
audit-did-account-window_off = Time window switched off by the vendor
audit-did-account-window_on = Time window switched on by the vendor
audit-did-account-looked_at = Vendor’s support looked at the account
audit-did-member-access_ended = Access from { $crm } ended
audit-did-account-second_step_demanded = Two-step sign-in made mandatory
audit-did-account-second_step_freed = Two-step sign-in made optional
audit-did-member-signed_in = Signed in
audit-did-member-invited = Invited
audit-did-member-joined = Invitation taken
audit-did-member-role_changed = Role changed
audit-did-member-removed = Access taken away
audit-did-member-link_made = Sign-in link made
audit-did-member-password_set = Password set
audit-did-member-sessions_ended = Own sessions ended
audit-did-member-two_step_added = Two-step sign-in switched on
audit-did-member-two_step_removed = Two-step sign-in switched off
audit-did-import-counted = File counted for an import
audit-did-import-started = Import started
audit-did-import-finished = Import finished
audit-did-import-paused = Import paused
audit-did-import-resumed = Import resumed
audit-did-import-cancelled = Import stopped
audit-did-key-created = Key created
audit-did-key-used = Key used
audit-did-key-revoked = Key revoked
audit-did-vault-turned = Vault’s key replaced
audit-did-backup-created = Backup made
audit-did-backup-restored = Restored from a backup
audit-did-card-refused = Asked for many chats that { $crm } does not show them
audit-did-message-resent = Message sent again
audit-did-message-tried_now = Message tried at once
audit-did-undelivered-retried = Undelivered sent again
audit-did-undelivered-dropped = Undelivered removed
audit-did-undelivered-exported = Undelivered downloaded
audit-did-undelivered-stopped = Work on the undelivered stopped
audit-did-data-exported = Export downloaded
audit-did-data-term_changed = Term for texts of messages changed
audit-did-data-erased = Data of a customer erased
audit-did-text-looked_at = Text of a message looked at
audit-did-alert-taken = Alert taken on
audit-did-alert-muted = Alert muted
audit-did-alert-letters_chosen = Letters about alerts chosen
