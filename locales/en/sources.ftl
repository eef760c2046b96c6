## Messengers

connector-telegram = Telegram bot
connector-whatsapp = WhatsApp Business
connector-webchat = Website chat
connector-max = MAX bot
connector-custom = Your own messenger (API)
connector-telegram-about = Customers write to your bot. Media, replies, edits and reactions go both ways. Telegram does not report when a message is delivered or read.
connector-whatsapp-about = Customers write to your WhatsApp Business number. Free text is allowed for 24 hours after the customer’s last message, later only an approved template.
connector-webchat-about = A chat window on your site. One line of code, no registration for the customer.
connector-custom-about = For developers: send and receive messages through the public API and signed webhooks.

## Sources: list and page

sources-title = Sources
sources-used = { $used } of { $limit } used
sources-add = Add source
sources-empty-title = No sources yet
sources-empty-text = A source is one number, bot or site where customers write to you. It appears in the pipeline as the origin of a lead.
sources-col-name = Source
sources-col-messenger = Messenger
sources-col-pipeline = Pipeline
sources-col-state = State
sources-col-last-in = Last from customer
sources-col-last-out = Last to customer
sources-col-failed = Failed in 24 h
sources-default-mark = Default
sources-limit-reached = All { $limit } sources are used. Delete one you no longer need.
sources-pick-default = No default source. Chats without a source go to the main pipeline.
source-edit-name = Name in { $crm }
source-edit-pipeline = Pipeline for new leads
source-edit-pipeline-hint = A new chat appears as a lead in “Incoming leads” of this pipeline.
source-edit-default = Default source
source-edit-default-hint = Receives chats that have no source. “{ $name }” will stop being the default.
source-test = Test source
source-test-passed =
    Test passed in { $ms } ms: { $steps ->
        [one] { $steps } step
       *[other] { $steps } steps
    }.
source-test-failed = The test stopped at step “{ $step }”: { $reason }
source-pause = Pause source
source-pause-confirm =
    Messages of “{ $source }” will be received and will wait. { $count ->
        [0] Nothing is waiting
        [one] { $count } message is waiting
       *[other] { $count } messages are waiting
    } now.
source-resume = Switch on
source-reconnect = Connect again
source-delete = Delete source
source-delete-confirm =
    Delete “{ $source }”? { $chats ->
        [0] It has no chats
        [one] { $chats } chat stays in { $crm } but gets no more messages
       *[other] { $chats } chats stay in { $crm } but get no more messages
    }. { $waiting ->
        [0] No messages are waiting
        [one] { $waiting } waiting message goes to “Undelivered”
       *[other] { $waiting } waiting messages go to “Undelivered”
    }.
source-deleted-in-crm = This source was deleted in { $crm }. New chats go to the default source until you create it again.
source-create-again = Create in { $crm } again
source-abilities = What this messenger supports

## Why a source is in its state, and its one button

source-access-goes-out =
    { $waiting ->
        [one] { $waiting } message that waited goes out now.
       *[other] { $waiting } messages that waited go out now.
    }
source-access-saved = Saved. { $messenger } accepts this access.
source-reason-access_refused = The messenger no longer accepts the saved access.
source-reason-credentials_erased = The integration was switched off in { $crm }, so the saved access to the messenger was erased. Enter it again; chats and settings are kept.
source-reason-test_failed = The last test failed, and no message has gone through since.
source-reason-messenger_unreachable = The messenger is not answering. Messages wait and are retried automatically.
source-reason-webhook_suspended = Your server failed for 24 hours, so Parom has paused the source. Messages wait here, each for 24 hours.
source-reason-deleted_in_crm = Someone deleted this source in { $crm }. New chats go to the default source until you create it again.
source-reason-pipeline_archived = Its pipeline is archived in { $crm }, so new leads are not visible. Choose another one.
source-reason-account_not_connected = The account is not connected yet.
source-reason-account_access_lost = { $crm } no longer accepts the access it granted. Messages are still delivered; settings cannot be changed.
source-reason-account_unpaid = The { $crm } account is not paid.
source-reason-account_blocked = { $crm } refuses all requests of this account. Messages wait.
source-reason-account_suspended = This account is suspended. Messages are received and wait.
source-reason-account_plan_ended = The subscription to this service has ended. Messages are received and wait.
source-reason-account_disconnected = The account is disconnected. No messages are delivered.
source-reason-channel_disconnected = { $crm } disconnected the chat channel. Your sources are kept.
source-reason-channel_misconfigured = { $crm } does not accept Parom’s signature. Support has been notified; messages wait.
source-reason-channel_not_allowed = The chat channel is not open for this account yet. Ask support to add the account.
source-action-test = Test source
source-action-reconnect = Connect again
source-action-resume = Switch on
source-action-restore = Create in { $crm } again
source-action-choose_pipeline = Choose a pipeline
source-action-allow_access = Reauthorize
source-action-connect_account = Connect
source-action-pay = Pay for { $crm }
source-action-support = Write to support

## Testing a source

source-test-credentials = The messenger accepts the access
source-test-webhook = Messages go to the right address
source-test-chat = { $crm } opens a test chat without a lead
source-test-message = { $crm } accepts a test message without notification
source-test-status = { $crm } accepts a delivery status
source-test-person = Parom (test)
source-test-text = This is a test of the connection. It needs no answer.

## Sources that are not ours

stray-own_default = { $crm } created the source “{ $name }” itself when the integration was installed. Chats without a source go to it.
stray-own_default-fix = Let your default source take over its pipeline and chats, or remove it.
stray-unknown = { $crm } has the source “{ $name }”, which Parom did not create.
stray-unknown-fix = Remove it if no one needs it. Or let your default source take over its pipeline.
stray-adopt = Take over
stray-remove = Remove

## From one source to several

migration-title = From one source to several
migration-default_source = A default source
migration-default_source-todo = Choose the source that replaces the old line: it receives chats that have no source.
migration-bind_chats = Link chats to their source
migration-bind_chats-todo = Nothing to do: each chat is linked to its source with the next message.
migration-more_sources = More sources
migration-more_sources-todo = Add the next number, bot or site.

## Sources: further words of the pages

answer-yes = Yes
answer-no = No
source-name-deleted = { $name } (deleted)
source-someone = someone
source-tabs = Parts of the source
source-tab-overview = Health
source-tab-settings = Settings
source-tab-design = Design
source-tab-access = Access
source-tab-shadow = Alongside another service
source-tab-test = Test
source-danger = Pause and delete
source-pipeline-number = Pipeline { $id }
source-pipelines-as-of = Pipelines updated from { $crm } { $time }.
source-pipelines-away = { $crm } has not sent its pipelines yet. Everything else can be changed; the pipeline stays.
source-edit-contact = Contact of a new chat
source-edit-lead-origin = Save where customers come from in their leads
source-edit-lead-origin-hint = UTM tags, link parameters and ads fill the lead’s empty tracking fields. The rest goes into one note.
source-edit-new-chats = New chats an hour, at most
source-edit-new-chats-hint = Further chats that customers start within the same hour are put on hold: none of them reaches { $crm } until you release them. Leave empty for no limit.
source-services = Services for WhatsApp
source-services-title = { $name }: services for WhatsApp
source-services-about = What else { $crm } offers for this source. Use it if its messenger is WhatsApp.
source-services-waba = Official WhatsApp (WABA)
source-services-waba-hint = This source’s templates go to review, and { $crm } shows the time window. The channel’s window must be agreed with { $crm }.
source-services-lists = List messages
source-services-lists-hint = Salesbot in { $crm } can send lists to choose from.
source-services-numbers = Numbers for the button on a site
source-services-numbers-hint = One number per line, followed by the name { $crm } shows: +79005550101, Sales
source-services-wrong = Each line begins with a phone number, then a comma and the name: +79005550101, Sales
contact-rule-leave = { $crm } chooses the contact by its own rules
contact-rule-link = A new chat is linked to the contact with the same phone or e-mail
contact-rule-create = A contact is created before a new chat starts
source-edit-default-first = Receives chats that have no source.
source-to-enter-secret = A stored token is not shown again. Lost it? Enter a new one on this tab:
source-is-default = This is the default source. To change it, mark another one.
source-id-ours = ID in Parom
source-id-external = External ID
source-id-crm = ID in { $crm }
source-held =
    { $count ->
        [one] { $count } message waits
       *[other] { $count } messages wait
    }, the oldest since { $stamp }.
source-paused = “{ $source }” is paused. Messages are received and wait.
source-resumed = “{ $source }” is switched on.
source-resume-nothing = Nothing is waiting. “{ $source }” resumes at once.
source-resume-choose = What to do with waiting messages
source-resume-all =
    { $count ->
        [one] Send { $count } message
       *[other] Send all { $count } messages
    }
source-resume-younger =
    { $hours ->
        [one] Send only messages younger than { $hours } hour
       *[other] Send only messages younger than { $hours } hours
    }
source-resume-none = Send none of them
source-resume-dropped = Messages that are not sent become undelivered; their managers see it in { $crm }.
source-deleted = “{ $source }” is deleted.
source-restored = “{ $source }” was created in { $crm } again.
source-changed-settings = Changed; the new values are under “Access”
source-crm-away = { $crm } is not answering. Nothing was changed, and your values are kept: try again in a minute.
source-refused-other = Refused, nothing was changed: { $reason }
source-refused-crm_refused = { $crm } refused, nothing was changed: { $reason }
source-refused-crm_unpaid = { $crm } is not paid and refuses this. Nothing was changed, and your values are kept: pay in { $crm }, then press the button again.
source-refused-crm_blocked = { $crm } has blocked this account. Nothing was changed, and your values are kept: write to support, then press the button again when { $crm } lets you in.
source-refused-crm_limit = { $crm } accepts no more sources for this account: { $reason }
source-refused-source_limit = All sources of this account are used. Delete one you no longer need.
source-refused-plan_kind = Your plan has no sources of this kind. Write to support to change it.
source-refused-tenant_inactive = The account is not active, so sources cannot be changed. Open “{ $crm } account”.
source-refused-channel_not_connected = The chat channel is not connected to this account. Open “{ $crm } account”.
source-refused-deleted_in_crm = Someone deleted this source in { $crm }. Create it there again first.
source-refused-not_deleted_in_crm = The source exists in { $crm }: nothing to create.
source-refused-no_source = There is no source to take it over. Add one first.
source-test-about = Parom sends a silent message through every step in a separate chat. Customers receive nothing, and no one is notified.
source-test-step-failed = Failed
sources-since = since
sources-may-not = An owner or administrator can change this.
stray-adopted = Done: your source has taken over, and the one in { $crm } was removed.
stray-removed = The source is removed from { $crm }.
ability-begins-known = Can write first only to customers who wrote here before and gave their phone number
ability-receipts = Reports when a message is delivered and read
ability-delivered-on-accept = Messages accepted by the messenger count as delivered
ability-repeat-marked = Messages repeated after a connection failure are marked, so the receiver can recognise them
ability-repeat-freely = After a connection failure nothing arrives twice
ability-await-status = After a connection failure Parom waits for the messenger’s receipt before sending again
ability-resend-once = After a connection failure a message may arrive twice
ability-speed =
    { $count ->
        [one] Up to { $count } message a second
       *[other] Up to { $count } messages a second
    }
ability-takes = Message types: { $kinds }
ability-takes-not = Not supported yet: { $kinds }
ability-takes-as = Converted: { $kinds }
ability-knows = Supports: { $features }
ability-replaces = Sent as text: { $features }
ability-apart = Sent one by one: { $features }
ability-lacks = Not supported: { $features }
ability-name-captions = captions below files
ability-name-media_groups = files sent together
ability-name-buttons = buttons
ability-name-lists = lists to choose from
ability-name-quotes = quotes
ability-name-forwards = forwarded messages
ability-name-templates = templates with their values
ability-name-comments = answers to comments
ability-name-reactions = reactions
ability-name-typing = “is typing”
ability-name-write_first = writing first
ability-name-edits = edited messages
source-tab-appearance = Appearance
source-tab-hours = Hours
source-tab-before = Before the chat
source-tab-after = After the chat
source-tab-languages = Languages
source-tab-install = Install
source-preview = Preview
source-preview-question = Hello. Do you deliver on Sundays?
source-preview-answer = Yes, from 10 am to 6 pm.
source-languages-hint = Visitors see the texts in their browser’s language. A text you leave empty falls back to the one on the other tabs, or to Parom’s own text in that language.
source-language-add = add texts
source-language-written = { $count } of { $all } texts
source-preview-language = Visitor’s language
widget-embed-nowhere-here = No site is listed yet, so the chat appears nowhere. Add your site above.
source-sites = Check that it works
source-sites-hint = Publish the line, open a page of your site, then reload this page: the site is shown here with the time.
source-site-seen = last loaded
source-site-unseen = no page has loaded the chat yet
source-install-gtm = Google Tag Manager
source-install-how-gtm = New tag → Custom HTML, paste the line, trigger “All Pages”, then publish the container.
source-install-tilda = Tilda
source-install-how-tilda = Site settings → More → HTML code for the head section, paste the line, then publish all pages.
source-install-wordpress = WordPress
source-install-how-wordpress = With a plugin for header and footer code: paste the line into “Footer”. Or put it into footer.php of the theme, before </body>.
source-install-bitrix = 1C-Bitrix
source-install-how-bitrix = Settings → Site templates → your template: paste the line into footer.php, before </body>, then clear the cache.

## The source's page: how it is doing

source-failures = Latest undelivered messages
source-failures-all = All undelivered of this source
source-entrance = Where customers write
source-entrance-hint = Put the link on your site and in e-mail signatures, or print the QR code.
source-qr = QR code of { $link }
source-changes = Who changed what

## Beside another service

shadow-sees = What it sees
shadow-about = It receives alongside another service, stores what it receives and compares it. It sends nothing.
shadow-sees-questions = It sees what customers write, not what the other service answers.
shadow-sees-both = It sees what customers write and what the other service answers.
shadow-sees-nothing = It sees nothing until the switch: the messenger delivers to one receiver, and that is the other service.
shadow-row-questions = What customers write, with files and edits
shadow-row-answers = What the other service answers
shadow-row-statuses = Whether the other service’s answers were delivered and read
shadow-row-history = Messages from before the source was added
shadow-days = Messages by day
shadow-days-hint = Choose a day (UTC) to compare it with { $crm }.
shadow-nothing = It has received nothing yet.
shadow-compared = { $day }, compared with { $crm }
shadow-in-crm = In { $crm }
shadow-on-both = On both sides
shadow-how = { $crm } shows other services’ chats to Parom as events only: time, direction and contact, but neither text nor line. Messages are paired if they are at most two minutes apart, so other lines of that service may be among those missing here.
shadow-cut = The day has more messages than are compared, here or in { $crm }.
shadow-missing-here = Missing here
shadow-missing-in-crm = Missing in { $crm }
shadow-differences = Differences
shadow-none = None.
shadow-chats = Chats of the day
shadow-chats-hint = If the source worked, new leads would go to { $pipeline }. No contact: { $crm } has none with the customer’s phone or e-mail, or more than 30 customers wrote on that day.
shadow-pipeline-main = the main pipeline
shadow-pipeline-named = the pipeline “{ $pipeline }”
shadow-col-day = Day
shadow-col-seen = Seen
shadow-col-time = Time
shadow-col-direction = Direction
shadow-col-contact = Contact in { $crm }
shadow-col-origin = Channel
shadow-col-answer = Answer now
shadow-answer-text = freely
shadow-answer-until = freely until
shadow-answer-template = with a template only
shadow-answer-nothing = not before the customer writes again
shadow-templates = Templates that could be sent: { $names }
shadow-templates-none = None of the number’s templates could be sent yet.
