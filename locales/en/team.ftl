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
team-link-copy = Pass this link on to { $email }. It works once, within 15 minutes, for this account only.
team-link-make = Make a sign-in link
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
team-two-step-removed = { $name } signs in without a code now and can set up a new one.
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
audit-group-data = Data
audit-group-text = Looks at texts
audit-actor-member = team member
audit-actor-operator = vendor’s support
audit-actor-crm_user = { $crm } user
audit-actor-key = API key
audit-actor-cli = command line
audit-actor-parom = Parom
audit-did-source-created = Source added
audit-did-source-changed = Source changed
audit-did-source-deleted = Source deleted
audit-did-source-restored = Source made in { $crm } again
audit-did-source-tested = Source tested
audit-did-source-adopted = Source of { $crm } taken over
audit-did-stray_source-removed = Source of { $crm } removed
audit-did-account-connected = Account connected
audit-did-account-disconnected = Account disconnected
audit-did-account-suspended = Account suspended by the vendor
audit-did-account-resumed = Account resumed by the vendor
audit-did-account-limited = Number of sources changed by the vendor
audit-did-account-limit_changed = Number of sources changed by the vendor
audit-did-account-looked_at = Vendor’s support looked at the account
audit-did-member-signed_in = Signed in
audit-did-member-invited = Invited
audit-did-member-joined = Invitation taken
audit-did-member-role_changed = Role changed
audit-did-member-removed = Access taken away
audit-did-member-link_made = Sign-in link made
audit-did-member-password_set = Password set
audit-did-member-two_step_added = Two-step sign-in switched on
audit-did-member-two_step_removed = Two-step sign-in switched off
audit-did-key-created = Key created
audit-did-key-revoked = Key revoked
audit-did-message-resent = Message sent again
audit-did-message-tried_now = Message tried at once
audit-did-undelivered-retried = Undelivered sent again
audit-did-undelivered-dropped = Undelivered removed
audit-did-undelivered-exported = Undelivered downloaded
audit-did-data-exported = Export downloaded
audit-did-data-erased = Data of a customer erased
audit-did-text-looked_at = Text of a message looked at
