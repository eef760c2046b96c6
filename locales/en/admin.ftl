## Vendor’s admin

admin-title = Parom admin
admin-tenants = Accounts
admin-tenants-empty = No account has installed the integration yet.
admin-col-queue = Longest wait
admin-col-behind = Behind by
admin-view-as = View the account’s panel
admin-view-as-reason = Why do you need it? The account will see the reason.
admin-integrations = Integrations
admin-queues = Queues
admin-redrive-preview =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    } of { $tenants ->
        [one] { $tenants } account
       *[other] { $tenants } accounts
    } would be sent again. Nothing is sent yet.
admin-redrive-start = Send again, { $rate } a second
admin-redrive-stop = Stop sending
admin-redrive-title = Send again: { $account }
admin-redrive-running = { $done } of { $total } sent again
admin-redrive-started =
    { $count ->
        [one] { $count } item of { $account } is sent again.
       *[other] { $count } items of { $account } are sent again.
    }
admin-redrive-stopped = Stopped. The rest stays undelivered.
admin-redrive-over = Already finished.
admin-redrop-preview =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    } of { $tenants ->
        [one] { $tenants } account
       *[other] { $tenants } accounts
    } would be removed for good. Nothing is removed yet.
admin-redrop-start = Remove, { $rate } a second
admin-redrop-title = Remove: { $account }
admin-redrop-started =
    { $count ->
        [one] { $count } item of { $account } is removed.
       *[other] { $count } items of { $account } are removed.
    }
admin-dead-list = One by one
admin-dead-again = Send all again
admin-dead-remove = Remove all
admin-dead-remove-one = Remove
admin-col-tries = Attempts
admin-col-letter = Message
admin-doctor = Doctor
admin-run-doctor = Run checks
admin-suspend = Suspend account
admin-suspend-confirm =
    { $sources ->
        [one] { $sources } source
       *[other] { $sources } sources
    } of { $account } will receive and keep messages, delivery stops. The account sees the reason.

## Vendor’s admin: sign-in

admin-sign-in = Sign in to the admin
admin-sign-in-button = Sign in
admin-email = E-mail
admin-password = Password
admin-continue-to-code = Continue to the code
admin-or = or
admin-send-link = Send a sign-in link
admin-link-by-command = To get a sign-in link, run on the server:
admin-link-subject = Sign in to the Parom admin
admin-link-letter = Open this link to sign in to the Parom admin. It works once and is valid for 10 minutes. You also need a code from your authenticator: { $url }
admin-link-says = This link works once. Next you need your authenticator; if none is connected yet, you connect it then.
admin-link-used = This link has expired or was already used. Ask another operator for a new one, or run on the server: parom vendor link EMAIL
admin-sign-in-wrong = The e-mail or password did not match. After 5 attempts, you have to wait a minute.
admin-too-many-tries =
    Too many attempts. Try again in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
admin-code = Code from your authenticator
admin-code-label = Six digits
admin-code-says = Open the authenticator and type the code for Parom. Each code works once.
admin-code-wrong = This code does not match or was already used. Wait for the next one, and check your phone’s clock.
admin-code-recover = Use a recovery code
admin-code-lost = Lost the authenticator and the recovery codes? On the server:
admin-enrol = Connect an authenticator
admin-enrol-says = The admin requires an authenticator. Scan the QR code with it and enter the code it shows.
admin-enrol-picture = QR code for the authenticator
admin-enrol-by-hand = Or type this secret by hand:
admin-enrol-open = Open in an authenticator on this device
admin-enrol-by-link = You have no authenticator yet, and this sign-in cannot add one. Ask another operator for a link (“Operators”), or run on the server: parom vendor link EMAIL
admin-own = Your sign-in
admin-own-link = You sign in with one-time links and your authenticator. Set a password to sign in without links.
admin-own-password = You sign in with a password and your authenticator. A new password ends your other sessions.
admin-new-password = New password
admin-current = Current password, or a code
admin-current-hint = Protects your password in a session you left open.
admin-current-wrong = This is neither your current password nor a valid code.
admin-prove = Confirm that it is you
admin-prove-says = Integrations, channels, operators and plans can only be changed after this. It counts for ten minutes in this session. If you have just sent a form, nothing was changed: send it again.
admin-prove-button = Confirm
admin-told-subject = { $did }: { $object }
admin-told-body =
    { $name } ({ $email }) on { $server }, { $time }, from { $address }:
    { $did }: { $object }

    All operators get this e-mail. If nobody knows about it, remove that operator’s access and look at the audit log: { $server }/admin/operators
admin-set-password = Set password
admin-password-set = The password is set. Your other sessions have ended.
admin-recovery-title = Recovery codes
admin-recovery-says = If you lose your authenticator, enter one of these codes instead. Each one works once.
admin-recovery-left =
    { $count ->
        [0] You have none.
        [one] { $count } code is left.
       *[other] { $count } codes are left.
    }
admin-recovery-renew = Create new codes
admin-recovery-code = Recovery code
admin-recovery-keep = Save these codes in a password manager or print them. If you lose your authenticator, each one signs you in once.
admin-recovery-once = They are shown only once. New codes or a new authenticator replace them.
admin-recovery-kept = I have saved the codes
admin-signed-in = Signed in
admin-this-session = This session
admin-session-began = began
admin-session-seen = last used
admin-end-sessions = End other sessions
admin-sessions-ended =
    { $count ->
        [0] There were no other sessions.
        [one] { $count } session has ended.
       *[other] { $count } sessions have ended.
    }
admin-to-start = Go to the accounts
admin-form-refused = This form is from an earlier session or another site. Nothing was changed. Open the page again.
admin-form-unreadable = The address or form contains fields that this page does not know. Nothing was changed. Go back and try again.
admin-storage-away = The database is not answering, and nothing was changed. Parom asks messengers and amoCRM to send again. Try again in a minute.
admin-conflict = The account’s current state does not allow this. Reload the account and check.

## Vendor’s admin: accounts

admin-search = Search
admin-search-hint = Part of an address or name; an account ID; a message ID (Parom’s, amoCRM’s or the messenger’s); a customer’s full phone number or its hash.
admin-any-state = Any state
admin-none-found = No account matches.
admin-first-page = First page
admin-next-page = Next page
admin-col-account = Account
admin-col-integration = Integration
admin-col-state = State
admin-col-errors = Failed requests
admin-col-name = Name
admin-col-person = Name
admin-col-seen = Last seen
admin-col-kind = Messenger
admin-col-since = Since
admin-col-where = Direction
admin-col-waiting = Waiting
admin-col-reason = Reason
admin-col-count = Count
admin-col-last = Last
admin-col-object = Target
admin-col-outcome = Outcome
admin-col-deed = Action
admin-errors-hint = Failed requests to amoCRM and messengers in this hour and the one before, as in the account’s own overview. Refusals do not count.
admin-channels-refused =
    { $count ->
        [one] { $count } channel not allowed
       *[other] { $count } channels not allowed
    }
admin-link-for-administrator = Link for the administrator
admin-fact-name = Name in amoCRM
admin-fact-account-id = Account ID
admin-fact-id = ID in Parom
admin-fact-amojo-id = ID in the Chats API
admin-fact-since = Installed
admin-fact-waiting = Waiting
admin-letters =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
admin-oldest = the oldest for
admin-access-by = Granted by
admin-access-renewed = Renewed
admin-access-next = Next renewal by
admin-access-grants = People who granted access
admin-allow-again-says = Send this link to the account’s administrator to renew access to { $crm }. Sources and chats stay as they are.
admin-account-channels = Channels
admin-no-channel = No channel has been connected yet.
admin-channel-connected = Connected
admin-channel-next-try = Next attempt
admin-ask-support-says = The channel is private, and this account is not on its list. Send this to amoCRM’s support:
admin-ask-support = Allow account { $account } ({ $host }) to connect our Chats API channel { $channel } ({ $code }).
admin-no-sources = The account has no sources yet.
admin-limits = Limits
admin-limit-label = Maximum number of sources
admin-limit-hint = From 0 to 100; { $used } in use. Leave empty for the configured { $limit }.
admin-limit-wrong = Enter a whole number from 0 to 100, or leave the field empty.
admin-texts-label = Days to keep message texts
admin-texts-hint = Leave empty for the configured { $days }. With 0, a text is erased as soon as its message is delivered.
admin-kept-hooks = Days to keep raw incoming requests
admin-kept-attempts = Days to keep delivery attempts
admin-kept-undelivered = Days to keep undelivered messages
admin-kept-audit = Days to keep the audit log
admin-kept-hint = Leave empty for the configured { $days }, which is also the maximum.
admin-kept-wrong = Enter a whole number of days, from 1 to the configured one. Nothing was changed.
admin-texts-wrong = Enter a whole number of days, up to { $most }. Nothing was changed.
admin-weight-label = Priority while many wait
admin-weight-hint = From 1 to 100. An account with 3 gets three times the share of one with 1, the default. Applies only while others wait as well.
admin-weight-wrong = Enter a whole number from 1 to { $most }. Nothing was changed.
admin-service = Service
admin-suspended-says = The account is suspended: messages are received and wait, but are not delivered.
admin-suspend-question = Suspend { $account }?
admin-suspend-reason = Reason, shown to the account
admin-suspended = { $account } is suspended. Messages are received and wait.
admin-resume = Resume account
admin-resumed = { $account } is active again. Waiting messages are sent in order.
admin-reason-missing = Write a reason of at least 3 characters.
admin-view-as-question = View the panel of { $account }?
admin-view-as-says = You see the account’s panel for 30 minutes, read-only and without message texts. The visit and its reason are recorded in the account’s and the vendor’s audit logs.
admin-to-account = Go to the account

## Vendor’s admin: integrations and channels

admin-no-integration = No integrations yet. Create one here, add [[integration]] to the configuration file, or run parom integration set.
admin-int-paused = New installations are paused: only accounts already known to Parom can connect.
admin-int-in-file = Defined in the configuration file: edit it there and reload the server (SIGHUP). No restart is needed.
admin-int-stored = Stored in the database: edit it here or with “parom integration”, no restart needed.
admin-int-client-id = Integration ID
admin-int-secret = Secret ends in
admin-int-previous = earlier one, still accepted:
admin-int-redirect = Redirect URI
admin-int-hosts = Account domains
admin-int-addresses = Addresses
admin-int-widget = Widget code
admin-road = Marketplace checklist
admin-road-says = “parom doctor” checks the same steps. The list disappears when all are done; docs/marketplace.md explains each.
admin-road-look = Check now
admin-road-looked = Checked.
admin-road-as-of = Checked { $time }
admin-road-never = Not checked yet
admin-road-link = Marketplace checklist: what comes next
admin-road-integration = Integration created, its keys entered
admin-road-installed = Installed in your own account
admin-road-archive = Archive uploaded
admin-road-channel = Channel registered by amoCRM’s support
admin-road-connected = Channel connected to your account
admin-road-first_source = First source
admin-road-message = First message
admin-road-published = Published in the marketplace
admin-channel = Channel “{ $title }”
admin-channel-id = Channel ID
admin-channel-code = Code
admin-channel-secret = Secret ends in
admin-channel-webhook = Webhook address
admin-channel-connectors = Messengers
admin-channel-bot = Bot
admin-channel-unused = No account has connected it yet.
admin-accounts-count =
    { $count ->
        [one] { $count } account
       *[other] { $count } accounts
    }
admin-agreed = Agreed with support
admin-agreed-hint = amoCRM does not report these facts; they come from the configuration.
admin-agreed-accounts = Accounts that may connect
admin-channel-all-accounts = all, the channel is public
admin-channel-plan = plan “{ $plan }”
admin-channel-crm-decides = amoCRM’s list, the channel is private
admin-agreed-write-first = Write first
admin-agreed-window = Time window
admin-agreed-templates = Only templates after the window
admin-agreed-reactions = Reactions
admin-agreed-quotes = Quoting
admin-agreed-forwards = Forwarding
admin-agreed-voice = Voice messages
admin-agreed-typing = Typing webhooks
admin-agreed-files = Stores files itself
admin-refused-accounts = Accounts that amoCRM does not allow
admin-letter = Registration request
admin-letter-new = Request for a new channel
admin-letter-known = Request about this channel
admin-letter-says = Everything amoCRM’s support asks for is filled in. Attach the icon.
admin-letter-gaps =
    { $count ->
        [one] One fact is missing from the configuration
       *[other] { $count } facts are missing from the configuration
    }. Support would ask for them.
admin-letter-language = Language of the request
admin-letter-subject = Subject
admin-letter-text = Text
admin-letter-icon = Download the icon

## Vendor’s admin: queues, undelivered, alerts, doctor

admin-queues-empty = Nothing is waiting anywhere.
admin-queues-says = Queues that are waiting, failing or on hold, the oldest first on each page.
admin-host-closed = requests from several accounts fail; none are sent until
admin-to-crm = to amoCRM
admin-to-messenger = to the messenger of “{ $source }”
admin-to-messengers = to the messenger
admin-failures =
    { $count ->
        [one] { $count } failure in a row
       *[other] { $count } failures in a row
    }
admin-next = next attempt
admin-turn-breaker = Not answering
admin-turn-probe = Resumes soon
admin-turn-wait = Asked to wait
admin-turn-rate = At full speed
admin-turn-fails = Failing, tried again
admin-turn-runs = Being sent
admin-try-now = Try now
admin-turn-tried = { $account }: one message is being tried now; the others follow if it goes through.
admin-turn-not-tried = { $account }: nothing to try now. Check the state again.
admin-undelivered-hint = Totals for all accounts, without texts. Accounts can do the same in their own panels.
admin-several-kinds = several kinds
admin-several-people = Someone
admin-alerts = Alerts
admin-alerts-no-letters = You get no e-mails about these alerts.
admin-alerts-mail-off = No e-mails are sent: [mail] is not configured.
admin-alert-opened = Since
admin-alert-last = last seen
admin-alert-count =
    { $count ->
        [one] { $count } time
       *[other] { $count } times
    }
admin-alert-other = Alert { $kind }
admin-doctor-says = Checks the configuration and everything this server depends on, as “parom doctor” does. Takes a few seconds.
admin-doctor-passed =
    { $count ->
        [one] { $count } check passed
       *[other] { $count } checks passed
    }

## Vendor’s admin: audit log, operators

admin-audit-account = Account
admin-audit-account-hint = Address or ID of an account; leave empty for the vendor’s own log.
admin-audit-wrong = There is no such account, or a date is not written like 2026-11-18.
admin-outcome-done = Done
admin-outcome-refused = Refused
admin-actor-member = Team member
admin-actor-operator = Operator
admin-actor-crm_user = amoCRM user
admin-actor-key = API key
admin-actor-cli = Command line
admin-actor-stranger = Not signed in
admin-actor-parom = Parom
admin-operators = Operators
admin-operator-add = Add operator
admin-operator-already = { $email } is already an operator. “New link” creates another sign-in link.
admin-operator-disable = Remove access
admin-operator-disable-question = Remove { $email }’s access to the admin?
admin-operator-disable-says = Their sessions end and unused links stop working at once. Their roles in account panels stay.
admin-operator-disabled = { $email } can no longer sign in to the admin.
admin-operator-self = You cannot remove your own access. Another operator can.
admin-two-step-on = On
admin-two-step-first = At first sign-in
admin-new-link = New link
admin-new-link-says =
    Give this link to { $email }. It works once and is valid for { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }.

## Vendor’s alerts

alert-integration_refused-subject = amoCRM refuses integration { $integration }
alert-integration_refused-body = Renewing access fails for every account of this integration: amoCRM answered { $status } “{ $said }” for account { $account_id }. Compare the integration’s ID, secret and redirect address with amoCRM’s page. No account loses its access; Parom keeps trying.
alert-channel_not_allowed-subject = { $host }: channel not allowed for this account
alert-channel_not_allowed-body = The channel is private, and account { $account_id } is not on its list. Copy the text for amoCRM’s support from the account’s page; Parom keeps trying from time to time.
alert-channel_misconfigured-subject = { $host }: amoCRM refuses the channel’s settings
alert-channel_misconfigured-body = This account’s messages wait here. Compare the ID and secret of channel { $channel_id } with the e-mail from amoCRM.
alert-channel_hook_version-subject = { $host }: messages arrive in an outdated format
alert-channel_hook_version-body = amoCRM sends this account’s channel { $channel_id } webhooks of version 1. Parom keeps them and has asked for version 2. If this continues, ask amoCRM’s support who connected the channel differently.
alert-revoke_unconfirmed-subject = { $host }: unclear whether amoCRM switched it off
alert-revoke_unconfirmed-body = amoCRM sent a signed switch-off notice, but calls of account { $account_id } neither work nor are refused. Nothing is erased; Parom keeps asking.
alert-installs_unclear-subject = Installation by { $host }: unclear which integration
alert-installs_unclear-body = The call is saved; its code is valid for 20 minutes. Set own_redirect = true for one integration, and ask the administrator to install again.
alert-hooks_lost-subject =
    { $host }: { $count ->
        [one] { $count } manager message came without a webhook
       *[other] { $count } manager messages came without a webhook
    }
alert-hooks_lost-body =
    They were found in amoCRM’s history. { $held ->
        [0] None is older than 15 minutes; all were sent.
        [one] { $held } is older than 15 minutes and waits for account { $account_id } to decide.
       *[other] { $held } are older than 15 minutes and wait for account { $account_id } to decide.
    } The log of that time shows whether the server, the database or the network was down.
alert-disk_full-subject = The disk with files is nearly full
alert-disk_full-body = { $free } MB are free at { $place }. When it is full, Parom accepts no files and, with SQLite, no messages. Free some space, lower media.keep_days, or move the files to a bucket (media.url).

audit-did-operator-added = Operator added
audit-did-operator-link_made = Sign-in link created for an operator
audit-did-operator-enrolled = Authenticator connected
audit-did-operator-recovery_codes_made = Recovery codes created
audit-did-operator-recovery_code_used = Recovery code used
audit-did-operator-signed_in = Operator signed in
audit-did-operator-proved = Operator confirmed their identity
audit-did-operator-password_set = Operator password set
audit-did-operator-sessions_ended = Other sessions ended
audit-did-operator-disabled = Operator access removed
audit-did-integration-made = Integration created
audit-did-integration-changed = Integration changed
audit-did-integration-paused = Integration paused
audit-did-integration-resumed = Integration resumed
audit-did-integration-removed = Integration removed
audit-did-queue-tried = Queue tried manually
admin-accounts-active = Active accounts
admin-accounts-fine = None needs attention
admin-accounts-troubled =
    { $count ->
        [one] { $count } needs attention
       *[other] { $count } need attention
    }
admin-messages-today = Messages today
admin-undelivered-accounts =
    { $count ->
        [0] No account
        [one] In { $count } account
       *[other] In { $count } accounts
    }
admin-waiting = Waiting
admin-alerts-service = Alerts about the service
admin-alerts-service-none = No open alerts about the service itself.
admin-alerts-service-above = None is open. What does not work is shown above.
admin-attention = Accounts with open alerts
admin-attention-more = More accounts have open alerts; these have the newest.
admin-col-alert = Newest alert
admin-alerts-open = Each says what to do
admin-spark = { $figure } a day for two weeks: from { $least } to { $most }
admin-two-weeks = Messages of the last two weeks
admin-accounts-by-state = Accounts by state
admin-destinations = Where messages go
admin-destinations-hint = Behind by: how long a message that could go at once has waited. Failing: channels and sources called in the last 15 minutes that failed three times in a row. Errors and times cover the same 15 minutes, up to 500 calls per process and destination; the times are the slowest process’s. Refusals do not count as errors.
admin-destinations-how = How this is counted
admin-col-answers = Answer: usual / slow
admin-destination-of = { $part } of { $whole }
admin-col-destination = Destination
admin-col-failing = Failing
admin-col-call-errors = Errors
admin-certificate = Certificate of the public address
admin-certificate-days =
    { $days ->
        [one] valid for { $days } more day
       *[other] valid for { $days } more days
    }
admin-checks = Check the installation
admin-processes = Processes
admin-processes-none = No process has reported yet.
admin-process-runs = Running
admin-process-silent = No heartbeat
admin-versions-mixed = The processes run different versions. This is expected during an upgrade; afterwards, restart the older ones.
admin-disk-free = Free disk space of this machine
admin-col-process = Process
admin-col-version = Version
admin-col-heartbeat = Last heartbeat
admin-col-spool = In the spool
admin-spool-hint = The spool keeps calls accepted while the database was not answering.

## Vendor’s webhooks

admin-events-off = No vendor webhook is configured, so no events are recorded. Add a [[vendor_webhook]] block to the configuration.
admin-events-empty = No events match.
admin-event-col-webhook = Webhook
admin-event-col-number = No.
admin-event-col-ms = ms
admin-event-state-waiting = Waiting
admin-event-state-delivered = Delivered
admin-event-state-failed = Failed
admin-event-next = Next attempt
admin-event-body = What is sent
admin-event-untried = It has not been tried yet.
alert-vendor_webhook_failing-subject = Your webhook “{ $webhook }” has failed for an hour
alert-vendor_webhook_failing-body = { $host } does not accept account events: { $said } They wait in order and are retried for three days. Next step: fix the receiver. “Webhooks” in the admin shows what is waiting and sends failed events again.

admin-audit-stored = As stored
admin-count-accounts =
    { $count ->
        [one] { $count } account needs attention
       *[other] { $count } accounts need attention
    }
admin-checked-accounts = Accounts
admin-checked-alarms = Open alerts
admin-checked-amocrm = amoCRM can be reached
admin-checked-archive = Widget’s archive
admin-checked-backup = Backups
admin-checked-certificate = Certificate
admin-checked-channel = Channel
admin-checked-channels = Channels
admin-checked-clock = Clock
admin-checked-config = Configuration
admin-checked-contacts = Contacts
admin-checked-database = Database
admin-checked-disk = Disk space
admin-checked-found = Messages found in amoCRM
admin-checked-history = Comparison with amoCRM
admin-checked-installed = Installation
admin-checked-integration = Integration
admin-checked-ledger = Messages accounted for
admin-checked-media = Files
admin-checked-migrations = Version of the database
admin-checked-network = Network
admin-checked-operators = Metrics and readiness
admin-checked-outside = Public address from outside
admin-checked-private = Secrets on the network
admin-checked-proxies = Proxy in front of the server
admin-checked-proxy = Proxy for outgoing calls
admin-checked-public_url = Public address
admin-checked-quarantine = Quarantine
admin-checked-queue = Queue
admin-checked-secrets = Key file
admin-checked-sources = Sources
admin-checked-spool = Reserve for webhooks
admin-checked-strays = Sources that amoCRM still shows
admin-checked-tokens = Access to amoCRM
admin-checked-undelivered = Undelivered
admin-checked-upkeep = Upkeep
admin-checked-vault = Encryption
admin-checked-webhook = Webhooks of the service
admin-checked-window = Time window
admin-check-ok = ok
admin-check-warn = warning
admin-check-fail = failed

# The account on tabs, and the menu in groups.
admin-tab-access = Access and channels
admin-tab-plan = Plan and limits
admin-tab-data = Data
admin-account-tabs = Parts of the account
admin-account-facts = Details
admin-window-shown = { $crm } counts it down
admin-window-hidden = Not shown
admin-window-hint = How long a manager may write freely after a customer’s message, as agreed for the channel. While it is not shown, the messengers’ own windows still apply. Channels reconnect with a change within a minute.
admin-menu-accounts = Accounts
admin-menu-delivery = Delivery
admin-menu-service = Service
admin-menu-team = Team
admin-board = Needs attention
admin-board-more = The first { $count } are shown. Filter by state to see more.
admin-tenants-all = All accounts
admin-tenants-others = Other accounts
admin-plan-until = until { $date }
admin-plan-trial-until = trial until { $date }
