## Messages: list

messages-search = Phone, name, message or chat ID
messages-search-hint = Message text can’t be searched: it is stored encrypted.
messages-filter-direction = Direction
messages-direction-to-crm = From customer
messages-direction-from-manager = From manager
messages-direction-from-bot = From a bot
messages-direction-to-messenger = To customer
messages-state-taken = Accepted by the other side
messages-state-failed_later = Failed after it was accepted
messages-state-waiting = Waiting
messages-filter-state = State
messages-filter-period = Period
messages-found =
    { $count ->
        [one] { $count } message found
       *[other] { $count } messages found
    }
messages-empty = Messages appear here as soon as the first customer writes.
conversations-empty-title = No chats yet
conversations-empty = A chat appears here as soon as the first customer writes.
messages-empty-title = No messages yet
messages-nothing = Nothing found. Clear the state filter or choose a longer period.
messages-kept =
    Messages are listed for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.
messages-days = “7 days” and “30 days” end with today, in the account’s time zone.
messages-kind-text = Text
messages-kind-picture = Picture
messages-kind-video = Video
messages-kind-file = File
messages-kind-voice = Voice message
messages-kind-audio = Audio
messages-kind-sticker = Sticker
messages-kind-location = Location
messages-kind-contact = Contact
messages-text-hidden = Text is hidden. Your role sees the route, not the content.
messages-text-not-kept = Not kept. This account’s texts are erased as soon as they are delivered.
messages-text-erased =
    The text was erased at the end of its retention period ({ $days ->
        [one] { $days } day
       *[other] { $days } days
    }). The route is kept.

## Message page: “Where is my message?”

msg-answer-delivered = In the customer’s messenger since { $stamp }.
msg-answer-delivered-untimed = In the customer’s messenger.
msg-answer-sent = Accepted by the messenger { $time }. It has not confirmed delivery to the customer yet.
msg-answer-sent-no-receipts = Accepted by the messenger { $time }. This messenger does not report delivery.
msg-answer-counted = Accepted by { $messenger } { $time }. { $messenger } does not report delivery; this source counts what is accepted as delivered.
msg-answer-read = Read by the customer { $time }.
msg-answer-read-untimed = Read by the customer.
msg-answer-in-crm = In the chat in { $crm } since { $stamp }.
msg-answer-queued =
    Stored in Parom{ $ahead ->
        [0] , it goes next
        [one] . { $ahead } earlier message of this chat goes first
       *[other] . { $ahead } earlier messages of this chat go first
    }.
msg-answer-ahead =
    Waiting: { $many ->
        [0] { $ahead ->
            [one] { $ahead } message of this account goes first
           *[other] about { $ahead } messages of this account go first
        }
       *[other] more than { $ahead } messages of this account go first
    }{ $timed ->
        [0] .
        [1] , which takes about { $delay }.
       *[other] , which takes more than { $delay }.
    }
msg-answer-retrying =
    Stored in Parom. { $attempts ->
        [one] { $attempts } attempt failed
       *[other] { $attempts } attempts failed
    }, next attempt { $time }. { $reason }
msg-answer-held = Stored in Parom, sending is on hold. { $reason }
msg-answer-shadow = A source that runs alongside another service received it. Nothing was sent to { $crm }.
msg-answer-blocked = The customer was blocked when it came. It is stored, and nothing was sent to { $crm }.
msg-answer-held-chat = The source had too many new chats, so this one is held. The message is stored, and nothing of it is in { $crm } yet.
msg-answer-failed = Not delivered.
msg-answer-checking =
    { $status ->
        [0] { $side } has not confirmed the message
       *[other] { $side } answered with an error ({ $status })
    }. Parom checks whether it arrived before it sends anything again.
msg-crm-away = { $crm } has not answered since { $stamp }. Parom tries again automatically.
msg-messenger-away = The messenger has not answered since { $stamp }. Parom tries again automatically.
msg-what-to-do = What to do
msg-route = Route
hop-written-by-customer = Customer wrote · { $messenger }
hop-written-by-staff = { $manager } wrote · { $messenger }
hop-written-by-manager = { $manager } wrote in { $crm }
hop-found-in-history = Found in { $crm }’s history
hop-stored = Received and stored by Parom
hop-stored-detail = { $duration } after it was sent
hop-handing-to-messenger = Sending · { $messenger }
hop-handing-to-crm = Sending to { $crm }
hop-taken-by-messenger = Accepted · { $messenger }
hop-taken-by-crm = Accepted by { $crm }
hop-delivered = Delivered to the customer
hop-read = Read by the customer
hop-status-shown = Status shown in { $crm }
hop-not-reached = Not reached yet
hop-no-receipts = { $messenger } does not report this
attempts-title =
    { $count ->
        [one] { $count } attempt
       *[other] { $count } attempts
    }
attempt-row = Attempt { $n }, { $clock }, { $ms } ms
attempt-taken = Accepted
attempt-refused = Refused: { $reason }
attempt-no-answer = No answer in { $seconds } s
attempt-cut = The connection ended without an answer
attempt-unclear = Error { $status }, outcome unknown
attempt-not-connected = Could not connect
attempt-next = Next { $time }
attempt-by-hand = Started by { $name }
attempt-request = Request (texts, names and secrets as their length)
attempt-answer = Answer (shortened, secrets removed)
msg-send-again = Send again
msg-send-now = Send now
msg-drop-found = Do not send
msg-send-again-confirm = The customer may receive it twice: it is not known whether the first attempt arrived.
msg-try-now = Try now
msg-drop = Stop trying
msg-drop-confirm = The message will not be delivered. { $manager } will see “Failed” in { $crm }.
msg-open-card = Open the card in { $crm }
msg-open-chat = All messages of this chat
msg-ids = Identifiers
msg-copy-report = Copy report for support

## Lists of messages and chats

filter-any = All
filter-period-today = Today
filter-period-24h = 24 hours
filter-period-7d = 7 days
filter-period-30d = 30 days
filter-period-month = This month
filter-period-own = Own dates
filter-period-since = Since { $stamp }
filter-period-all = All time
messages-col-time = Time
messages-col-customer = Customer
messages-col-kind = Type
messages-customer-unknown = No name
messages-found-many = More than { $count } messages found
conversations-search = Phone, name or chat ID
conversations-nothing = No such chat. Clear the filter or change the search.
conversations-col-last = Last message
conversation-title = Chat with { $name }
conversation-begun = Started
conversation-window = Free text
conversation-window-open = Allowed until
conversation-window-over-template = Expired: only an approved template can be sent
conversation-window-over = Expired: you can answer when the customer writes again
conversation-first-page = First page
conversation-last-page = Current page
conversation-referrer = Came from
lead-origin-title = Where the customer came from
lead-origin-page = Page
conversation-marks = UTM tags
conversation-participants = Participants
conversation-agreed = Agreed to the chat’s terms
conversation-answer = Answer before the chat
conversation-rating = Rating of the chat
lead-note-answers = Answers before the chat
lead-note-rating = Rating of the chat, { $day }
conversation-messages = Messages of this chat
conversation-silent = No messages yet.
conversation-source-gone = The source was deleted
conversation-why = Chat identifiers
conversation-why-messenger = { $messenger } sends these messages to the source “{ $source }” under one chat ID:
conversation-why-ours = Parom’s ID of the chat in { $crm }:
conversation-why-crm = { $crm }’s own ID of the chat, from its answer or a manager’s message:
conversation-why-manager = A manager started this chat in { $crm }. The messenger has not assigned an ID yet.
conversation-contact = Contact in { $crm }
contact-why-phone = It has the customer’s phone number.
contact-why-email = It has the customer’s e-mail.
contact-why-phone_several = Several contacts have this phone number; this one was changed last.
contact-why-email_several = Several contacts have this e-mail; this one was changed last.
contact-why-given = The messenger’s developer set it.
contact-why-made = Parom created it: no contact had this phone number or e-mail.
contact-why-crm = { $crm } chose it by its own rules.
contact-why-merged = The former contact was merged into this one in { $crm }.
contact-why-moved = The chat was moved to this contact in { $crm }.
contact-why-gone = The contact was deleted in { $crm }.
contact-why-nobody = No contact has this phone number or e-mail. { $crm } chooses by its own rules.
contact-why-given_unknown = { $crm } has no contact { $number }, which the messenger’s developer named. { $crm } chooses by its own rules.
contact-why-late = { $crm } did not answer in time and chose the contact itself; the lead is already in progress.
contact-why-unclear = { $crm } did not confirm that the contact was created. Parom does not create a second one.
contact-why-recycled = This number may be someone else’s now, so the chat was not linked to the contact that has it: that contact was silent for a year under another name, or the messenger says that the number has a new owner.
contact-why-person = A person confirmed that it is this customer.
contact-why-separated = A person undid a link, so Parom created this contact.

## Message page: further words

msg-manager = A manager
msg-time-unknown = time unknown
msg-open-source = Open the source
msg-too-late = The message is no longer waiting: check its state.
msg-on-its-way = The message is being sent right now. The result will appear here.
msg-tried-now = The next attempt is starting now.
msg-sent-again = Queued for another attempt. The state changes when the attempt ends.
msg-send-again-once = The message will be sent again, at the end of its chat’s queue.
msg-dropped = Delivery stopped. You can send the message again from “Undelivered”.
msg-drop-confirm-in = The message will not appear in { $crm }. You can still send it again from “Undelivered”.
msg-text = Content
msg-text-show = Show the text
msg-text-audited = Viewing is recorded in the audit log.
msg-file-name = File
msg-file-size = Size
msg-id-ours = Parom
msg-id-messenger = Messenger
msg-id-crm = { $crm }
msg-id-chat = Chat in Parom
msg-id-crm-chat = Chat in { $crm }
hop-number = ID { $id }
attempt-limited-unsaid = Rate limited
msg-save-report = Save as a file

## The list: more columns and filters

messages-col-manager = Manager
messages-col-took = Duration
messages-open-page = Open as a page
messages-more-filters = More filters
messages-from = From date
messages-to = To date
messages-slower-than = Longer than { $delay }
messages-slowest-of = Slowest of the newest { $count }
messages-sort = Order
messages-sort-newest = Newest first
messages-sort-took = Slowest first
messages-reason = Reason
messages-reason-recipient_blocked = Blocked by the customer
messages-reason-recipient_unreachable = Customer cannot be reached
messages-reason-window_closed = Time to answer is over
messages-reason-writing_first = Writing first is not possible
messages-reason-marketing_stopped = Marketing was stopped
messages-reason-kind_not_supported = Type not supported
messages-reason-source_disconnected = Source disconnected
messages-reason-refused = Refused by the messenger
messages-reason-crm_refused = Refused by { $crm }
messages-reason-internal = Error in Parom

## The message page: neighbours and waits

late-came = It reached Parom { $delay } after it was written.
late-crm-away = { $crm } did not answer from { $from } to { $until }.
late-messenger-away = The messenger did not answer from { $from } to { $until }.
late-attempts =
    { $count ->
        [one] One attempt failed first
       *[other] { $count } attempts failed first
    }, { $status ->
        [0] the last without an answer
       *[other] the last with error { $status }
    }.
late-behind = It waited { $delay } for the message before it.
late-waited = It waited { $delay } before its first attempt; why is not recorded.
late-unknown = Nothing that was recorded says why.
msg-neighbours = Messages of this chat
msg-previous = Previous
msg-next = Next
attempt-after = { $delay } after attempt { $n }
attempt-waited-chat = waited { $delay } for the message before it
attempt-waited-turn = waited { $delay } for its turn

## One customer over all messengers

customer-phone = Phone
customer-more = The { $count } newest chats are listed.
customer-alone = { $crm } has no contact for this chat that Parom knows of, so other chats of this person are not listed.
customer-waiting = Waiting: { $count }
customer-undelivered = Undelivered: { $count }

## Saved views, and what is done with several messages at once

views-title = Saved views
views-all = All messages
views-manage = Edit views
views-save = Save this filter
views-name = Name of the view
views-author = Saved by
views-rename = Rename
views-delete = Delete
views-about = Filters of the list of messages, for everyone in the account. A search text is not saved, because it may name a customer.
views-empty = No view is saved yet. Filter the messages, then press “Save this filter”.
views-saved = Saved: { $name }.
views-renamed = Renamed.
views-deleted = Deleted.
views-name-wrong = Enter a name of at most { $longest } characters.
views-name-taken = There is a view named “{ $name }” already. Choose another name.
views-too-many = An account can save { $most } views. Delete one first.
chips-label = Filters
chips-remove = remove this filter
bulk-page = Select all on this page
bulk-chosen = Selected:
bulk-clear = Clear selection
bulk-retry = Send again
bulk-drop = Remove from “Undelivered”
bulk-csv = Export CSV
bulk-left =
    { $count ->
        [one] { $count } selected message stays as it is: it was delivered, is on its way, or failed after the messenger had accepted it.
       *[other] { $count } selected messages stay as they are: they were delivered, are on their way, or failed after the messenger had accepted them.
    }
bulk-more = More messages match than can be handled at once. These are the { $most } oldest; repeat it for the rest.
bulk-nothing = None of these messages is undelivered, so there is nothing to send again or remove.

### Written by a Salesbot

hop-salesbot = A Salesbot of { $crm } sent it
hop-salesbot-waits = It waits for the customer’s answer until { $time }
