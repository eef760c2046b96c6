## Details of errors, and results of live checks (crate::i18n::LocalizedText)

said-logo-kind = choose a PNG, JPEG or WebP picture
said-logo-bytes = the picture may have up to { $most } KB
said-logo-pixels = the picture must have between { $least } and { $most } pixels in width and height
said-quoted = { $text }
said-fields-wrong = some fields need to be corrected
said-unauthorized = the key is missing, revoked or wrong
said-not-found = nothing has this id
said-too-large = the request is larger than { $bytes } bytes
said-internal = internal error in Parom, nothing was stored
said-changed = { $who } changed { $what } at { $at }; your change was not stored. Read it again and repeat your change
said-changed-someone = someone
said-changed-something = it
said-not-storing = Parom cannot store anything right now, try again later
said-node-away = The part of the database that holds this account does not answer; nothing was stored, try again later
said-too-much-waits = Too much data is waiting to be stored, try again later
said-too-many-at-once = Too many concurrent requests from this address, try again when some of them have ended
said-method = this address supports only { $methods }

## JSON and forms

said-field-unknown = unknown field `{ $field }`
said-field-unknown-of = unknown field `{ $field }`; known: { $known }
said-field-missing = missing field `{ $field }`
said-field-twice = duplicate field `{ $field }`
said-value-unknown = unknown value `{ $value }`; known: { $known }
said-value-unfit = { $reason }
said-json-none = malformed JSON at line { $line }, column { $column }
said-json-more = unexpected data after the JSON object
said-json-type = the body must be application/json
said-json-compressed = the body must not be compressed
said-body-broke = the body ended early
said-body-slow = the body arrived too slowly
said-form-field = the form has no field { $field }
said-form-fields = the form does not have the fields of its page
said-form-type = forms must be application/x-www-form-urlencoded
said-form-deed = the form does not name an action
said-form-id = the form contains a malformed id
said-form-role = there is no such role
said-form-most = at most { $most } at once

## Fields

said-empty = must not be empty
said-minutes = write whole minutes, from { $least } to { $most }
said-seconds = write whole seconds, from { $least } to { $most }
said-pixels = write whole pixels, from 0 to { $most }
said-quick-answer = begin the line with a question of up to { $most } characters
said-no-mail = this server sends no e-mails: [mail] is not configured. Ask the vendor, or leave the field empty
said-only-group = only for a group: give its title too
said-most-bytes = at most { $most } bytes
said-most-ids = at most { $most } ids at once
said-most-characters = must be at most { $most } characters
said-most-lines = at most { $most } lines
said-unstorable = contains a character that cannot be stored (NUL or half of a surrogate pair)
said-web-address = must be an address that starts with https:// or http://
said-site = must be the address of a site, like https://shop.example
said-color = must be a colour like #0B5CAD
said-holidays = must be dates like 2027-01-01 or 31.12, or two of them with “ - ” between
said-hours = must be lines of days and times like mon-fri 09:00-18:00
said-time-zone = must be the name of a time zone like Europe/Moscow
said-uuid = must be an id (UUID)
said-date = must be a date like 2026-11-20
said-report-source = no source of this account
said-report-days = a report covers at most { $most } days
said-date-order = must not be before from
said-month = must be a month like 2026-11
said-usage-format = must be csv or json
said-number = must be a number
said-page-limit = must be a whole number from 1 to { $most }
said-event-status = there are { $known }
said-cursor-wrong = the cursor is malformed or too old
said-cursor-other = the cursor belongs to a different list or to other filters
said-phone = must be a phone number with its country code, e.g. +7 915 111-22-33
said-phone-possible = no chat certainly has this number; chats that may have it, because it is written without a country code: { $chats }. Name the chat instead
said-kept-days = a number from 1 to { $most } is needed, or null: an account keeps nothing longer than configured
said-texts-days = texts are kept for at most { $most } days
said-sources-limit = must be from 0 to { $most }, or null
said-plan-unknown = is not a plan; there are { $known }
said-window-seconds = must be from { $least } to { $most } seconds
said-template-file = a template with a file can be submitted to WhatsApp only; use a text headline
said-template-file-large = the template's file is larger than 16 MB; choose a smaller one
said-template-file-gone = { $crm } does not give out this template's file; use a text headline
said-not-stored = Parom could not store it; it will be retried
said-weight = must be from 1 to { $most }
said-if-match = must be the ETag of GET, e.g. "1795165200000"
said-customer-named = name the customer by either phone or conversation_id
said-search-busy = another search in this account is still running: try again in a few seconds
said-tenant-named = a vendor key must name tenant_id or source_id
said-not-of-kind = is not allowed for { $kind }
said-not-of-edit = is not allowed in an edit
said-only-manager = is allowed for the role "manager" only
said-only-client = is allowed for the role "client" only
said-contact-id = must be the CRM’s ID of a contact, a whole number
said-user-id = must be the CRM’s ID of a user, a whole number
said-no-receiver = is allowed for messages from managers and bots only
said-receiver-needed = must name the customer if the sender is a manager or a bot
said-media-needed = a file needs media_url or media_id
said-media-twice = give either media_url or media_id, not both
said-degrees = must be a number between -{ $most } and { $most }
said-quote-either = give either id, or text with sender and sent_at
said-quote-needed = needs id or text
said-no-bot-comment = a bot cannot comment
said-not-from-messenger = The message came from { $crm }; only messages that came from the messenger can be changed.
said-message-deleted = The message was deleted.
said-emoji = must be one emoji, at most 64 bytes
said-error-needed = is required with failed
said-error-text = is required with the code other
said-error-only = is allowed with failed only
said-idempotency-signs = must be 1 to { $most } visible ASCII characters
said-idempotency-other = this key was used for a request with another body
said-idempotency-running = the first request with this Idempotency-Key is still running
said-ticket-no-id = this page has no id
said-ticket-id = the id of what the page shows
said-chat-id = must be the id that the page gave
said-chat-crowd = too many visitors are connected, try again later

## Rights

said-scope = this needs a key with scope { $needed }; this key has { $has }
said-vendor-only = this needs a vendor key
said-role = your role does not allow this
said-session-weak = the session does not prove who you are
said-access-gone = your access was removed

## Sources

said-name-empty = a source needs a name of 1 to 255 characters
said-name-long = at most { $most } characters; this one has { $length }
said-name-signs = a name must not contain line breaks or control characters
said-external_id-signs = 1 to 36 printable ASCII characters: Latin letters, digits, signs, spaces
said-external_id-spaces = must not start or end with a space
said-pipeline-id = must be the id of a pipeline of the account, see GET …/pipelines
said-pipeline-unknown = the account has no such pipeline; it has: { $known }
said-services-list = must be a list, as in { $crm }’s Sources API
said-services-long = too long
said-services-type = { $crm } supports only "whatsapp"
said-services-empty = must not be empty
said-kind-unknown = must be one of: { $known }
said-kind-unserved = no channel of integration “{ $integration }” serves { $kind }
said-channel-unknown = no channel of integration “{ $integration }” with this id serves { $kind }
said-channel-choose = several channels serve { $kind }, name one of: { $known }
said-drop_before = is allowed only together with "paused": false
said-source-busy = this source is being changed by others, try again later
said-source-limit = account { $account } has { $used } of { $limit } sources; delete one, or ask the vendor for more
said-plan-kind = the plan “{ $plan }” has no sources of kind { $kind }; ask the vendor for another plan
said-shadow = source “{ $source }” only receives, beside another service; send through the service that has the line
said-shadow-kind = a line of kind { $kind } has one receiver, so a shadow would take it from the other service
said-shadow-default = a source that sends nothing cannot be the default
said-shadow-replaces = { $host } has this line through the same app, which has one address; use an app of your own beside it
said-external_id-taken = another source of this account already has the external_id “{ $external_id }”; choose a different one
said-no-webhook = only sources of kind custom have a webhook secret
said-webhook-not-kept = this webhook cannot be sent again: that is possible for messages only, and only while they are stored
said-no-heir = add a source first: it takes over the pipeline and the chats without a source
said-deleted-in-crm = this source was deleted in { $crm }; create it there again, then repeat
said-not-deleted-in-crm = “{ $name }” was not deleted in { $crm }, as far as is known

## Messages

said-message-differs = message { $message } has this id, but a different sender, chat or content
said-message-said-else = a message with this id was sent before with different content
said-not-from-crm = Status can be set only for messages that came from { $crm }

## Account and channel

said-account-is = account { $account } is { $status }: sources can be changed only while it is active
said-account-used = account { $account } ({ $host }) is { $status }: disconnect it first, or use force
said-account-no-access = account { $account } has given no access: switch the integration on in { $crm } first
said-account-left = account { $account } has switched the integration off: there is nothing to disconnect
said-account-never = account { $account } cannot be connected: { $reason }
said-account-later = account { $account } could not be connected yet: { $crm } did not accept it, try again later
said-account-unlisted = account { $account } is neither in allowed_accounts of channel { $channel } nor has one of its allowed_plans
said-hook-version = { $crm } connected the channel with webhook version “{ $version }”; only v2 brings messages
said-channel-is = channel { $channel } is { $status } for this account
said-channel-is-because = channel { $channel } is { $status } for this account ({ $reason })
said-status-provisioning = being set up
said-status-awaiting_credentials = waiting for a login and password
said-status-active = active
said-status-needs_reauth = without access (needs_reauth)
said-status-unpaid = not paid
said-status-blocked = blocked
said-status-suspended = suspended
said-status-plan_ended = its subscription to the service has ended
said-status-disconnected = disconnected
said-status-uninstalled = uninstalled
said-status-connected = connected
said-status-connecting = connecting
said-status-not_allowed = not allowed (not_allowed)
said-status-misconfigured = misconfigured
said-no-grant = the account has given no access. Messages still go both ways.
said-needs-reauth = { $crm } no longer accepts the access the account gave; an administrator must allow it again.
said-account-unpaid = the { $crm } account is not paid for
said-account-blocked = { $crm } blocks the account or this server

## What became of a call

said-crm-answered = { $crm } answered { $status }: { $text }
said-crm-answered-mute = { $crm } answered { $status } without a text
said-crm-limit = { $crm } has { $count } sources of this account and accepts no more. { $reason }
said-crm-busy = { $crm } does not accept this call right now; try again later
said-crm-silent = { $crm } does not answer; try again later
said-crm-unreached = { $crm } could not be reached, nothing was sent ({ $reason })
said-crm-unknown = { $crm } gave no whole answer, the outcome is unknown ({ $reason })
said-crm-unreadable = { $crm } answered { $status } with something unreadable, the outcome is unknown
said-crm-invalid = the call could not be made: { $reason }
said-template-locked = WhatsApp already has this template, it cannot be changed or sent again; copy it and correct the copy
said-template-no-source = No one would review it: no messenger of this account takes templates for official WhatsApp
said-template-text = must not be empty or longer than { $most } characters
said-template-marker = a marker does not end: write it as {"{{"}contact.name{"}}"}
said-template-marker-unknown = { $marker } is never filled in: markers name a field of contact, lead, company, customer or profile, such as {"{{"}contact.name{"}}"}
said-template-param-unknown = the template has no marker { $marker }
said-template-example = give an example for { $marker }
said-template-button = a button needs a text
said-template-value = give a value for { $marker }
said-template-unapproved = The messenger has not approved this template; only approved ones can be sent
said-template-no-file = This template has no file above its text; leave out “file”
said-template-not-decided-here = This template’s messenger reviews it; only a custom messenger’s decision is reported here

## Live checks

said-connector-none = this release has no connector of kind { $kind }
said-channel-not-connected = the channel is not connected to the account
said-channel-not-configured = channel { $channel } is not in the configuration
said-status-read = { $crm } received the status and answered { $status }, as expected for a test message
said-webhook-missing = the source has no webhook address or secret
said-webhook-secret = the webhook secret cannot be used
said-telegram-token = the bot token is missing or is not a token
said-telegram-bot = { $name } answers
said-telegram-refused = Telegram answered: { $text }
said-telegram-answered = Telegram answered { $status }: { $text }
said-telegram-unreadable = Telegram answered { $status } with something unreadable
said-telegram-file = the file could not be read here
said-server-answered = your server answered { $status }
said-server-unconnected = no connection to your server
said-server-late = your server did not answer in { $seconds } seconds
said-server-broke = the connection broke
said-url-scheme = the address must begin with https://
said-url-plain = plain http is not allowed, use https://
said-url-user = the address must not hold a user name or password
said-url-host = the address has no host
said-url-port = port { $port } is not allowed: use 443 or a port from 1024
said-url-lookup = the name { $host } cannot be looked up right now; check it, or use https://
said-url-private = { $host } is not a public address
said-install-ours = a problem on Parom’s side blocks the installation; the vendor finds the cause in the log
said-install-gone = the account is gone from Parom’s database
said-install-leaving = the account is being removed
said-install-paused = new installations of “{ $integration }” are paused
said-install-foreign = the access belongs to another account than the one that answered
said-install-no-chats = account { $account } has no ID in the Chats API (amojo_id): chats are switched off there, ask the support of { $crm }
said-install-given-up =
    given up after { $count ->
        [one] { $count } try
       *[other] { $count } tries
    }: { $reason }
said-net-name = the name is not known to DNS
said-net-refused = the connection was refused
said-net-certificate = the certificate is not accepted
said-net-late = no answer in time
said-net-unreachable = there is no way to this address
said-net-cut = the connection broke off
said-net-proxy-down = the service’s proxy does not answer; the vendor sees with parom doctor which one
said-net-proxy-login = the service’s proxy does not let this call through; the vendor has to check its user name, password and rules
said-net-proxy-way = the service’s proxy finds no way to this address
said-import-not-json = this line is not JSON
said-import-not-utf8 = a character of this line is damaged: it is not UTF-8
said-import-encoding = the encoding of this file is unknown: save it as UTF-8 (in Excel: “CSV UTF-8”) and upload it again
said-import-empty = the file has no line after the names of the fields
said-import-twice = an earlier line has this id
said-import-column = Column “{ $column }” is empty
said-import-no-bot = a manager’s message cannot be imported: the channel has no bot, and the line has no sender.user_id
said-import-undelivered = { $crm } did not accept it; it is among the undelivered messages
said-import-erased = it was erased meanwhile
said-import-no-source = The source was deleted: restore it, then go on.
said-import-history-refused = The messenger does not show earlier messages: { $reason }
said-import-history-away = The messenger does not answer now: { $reason }. It will be asked again automatically.
said-no-answer-in-time = no answer in time
said-import-over = This import has ended and can no longer be changed: { $state }.
said-import-busy = this import is being changed by someone else: try again
said-import-header = the first line of a CSV file must name the fields; it lacks { $missing }
said-import-type = the body must be application/x-ndjson or text/csv
said-dump-unknown = this file is neither messages line by line nor an export that can be read
said-dump-archive = the archive is damaged: export it again
said-dump-cut = the file ends in the middle, at line { $line }: export it again
said-dump-broken = the file is damaged at line { $line }: export it again
said-dump-mixed = line { $line } is written in another way than the lines above: import each export by itself
said-dump-orders = line { $line } has the day first, line { $other } the month: import each export by itself
said-dump-dates = no date in this file shows whether the day or the month comes first: choose it (“Dates”, or --dates)
said-dump-date = the date on line { $line } does not exist or is in the future: check the order of day and month
said-dump-no-date = it has no readable date
said-dump-we = choose which of these names is yours (“Your name in the export”, or --we): { $names }
said-dump-group = groups are not imported, only chats with one customer: { $names }
said-dump-no-customer = this is not a chat with a customer: { $names }
said-dump-phone = the customer’s phone number needs its country code, for example +79151112233
said-dump-note = a note, not a message
said-dump-omitted = the file was left out: export the chat with its media
said-dump-nothing = it has neither a text nor a file
said-dump-strange = this is not a message
said-install-queued = other installations are being finished first
said-key-too-fast = this key may send { $most } requests a second: send fewer, and repeat this one after the time in Retry-After
said-key-too-much = this key may send { $most } MB a day (UTC): repeat this after the time in Retry-After, or ask the vendor for more
said-imports-many = this account already has { $most } imports in progress: wait until one ends, or cancel one
said-imports-large = the files of this account’s imports in progress may have { $most } MB together: wait until one ends, or cancel one
said-account-full = the account has reached its limit of { $most } MB stored: keep texts for fewer days, delete files and imports, or ask the vendor for more
said-disk-share = the server’s disk is almost full and this account stores more than others: keep texts for fewer days, or repeat this later
said-visitor-too-much = no more files are accepted here today
said-templates-not-reviewed = This messenger does not review templates.
said-agreement-changed = the agreement has changed meanwhile: read it again
