## Messages: list

messages-title = Messages
messages-search = Phone, name, message or chat ID
messages-search-hint = Text is not searched: Parom does not keep it in plain form.
messages-filter-direction = Direction
messages-direction-to-crm = From customer
messages-direction-to-messenger = To customer
messages-state-taken = Taken by the other side
messages-state-waiting = All that waits
messages-filter-state = State
messages-filter-period = Period
messages-found =
    { $count ->
        [one] { $count } message found
       *[other] { $count } messages found
    }
messages-empty = Messages appear here as soon as the first customer writes.
messages-nothing = Nothing found. Clear the state filter or choose a longer period.
messages-kept =
    Messages are listed for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.
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
messages-text-erased =
    The text is erased by the retention term ({ $days ->
        [one] { $days } day
       *[other] { $days } days
    }). The route is kept.

## Message page: “Where is my message?”

msg-title = Where is my message?
msg-answer-delivered = In the customer’s messenger since { $stamp }.
msg-answer-sent = The messenger took it { $time }. It has not said yet that the customer received it.
msg-answer-sent-no-receipts = The messenger took it { $time }. This messenger does not tell about delivery.
msg-answer-read = The customer opened it { $time }.
msg-answer-in-crm = In the chat in { $crm } since { $stamp }.
msg-answer-queued =
    Stored in Parom, { $ahead ->
        [0] next in line
        [one] { $ahead } message of this chat goes before it
       *[other] { $ahead } messages of this chat go before it
    }.
msg-answer-retrying =
    Stored in Parom. { $attempts ->
        [one] { $attempts } attempt has failed
       *[other] { $attempts } attempts have failed
    }, next { $time }. { $reason }
msg-answer-held = Stored in Parom and not sent on purpose. { $reason }
msg-answer-failed = Not delivered. { $reason }
msg-answer-checking = The request went out and no answer came. Parom is finding out whether the message arrived and will not send it blindly.
msg-what-to-do = What to do
msg-route = Route
hop-written-by-customer = Customer wrote: { $messenger }
hop-written-by-manager = { $manager } wrote in { $crm }
hop-found-in-history = Found in { $crm }’s history
hop-stored = Parom received and stored it
hop-stored-detail = { $ms } ms after it was sent
hop-handing-to-messenger = Handing over: { $messenger }
hop-handing-to-crm = Handing over to { $crm }
hop-taken-by-messenger = { $messenger } took it
hop-taken-by-crm = { $crm } took it
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
attempt-taken = Taken
attempt-refused = Refused: { $reason }
attempt-no-answer = No answer in { $seconds } s
attempt-limited = Asked to slow down for { $seconds } s
attempt-not-connected = Could not connect
attempt-next = Next { $time }
attempt-by-hand = Started by { $name }
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
msg-ids = Numbers of this message
msg-copy-report = Copy report for support
msg-not-found =
    No such message in account { $account }. It may be older than { $days ->
        [one] { $days } day
       *[other] { $days } days
    } or belong to another account.

## Lists of messages and chats

filter-any = All
filter-period-today = Today
filter-period-7d = 7 days
filter-period-30d = 30 days
filter-period-since = Since { $stamp }
filter-period-all = All time
messages-col-time = Time
messages-col-customer = Customer
messages-col-kind = Kind
messages-customer-unknown = No name
messages-found-many = More than { $count } messages found
conversations-title = Chats
conversations-search = Phone, name or chat ID
conversations-nothing = No such chat. Clear the filter or search otherwise.
conversations-col-last = Last message
conversation-title = Chat with { $name }
conversation-begun = Begun
conversation-window = Free text
conversation-window-open = Allowed until
conversation-window-over-template = Over: only an approved template can be sent
conversation-window-over = Over: you can answer when the customer writes again
conversation-first-page = First page
conversation-last-page = Page now
conversation-referrer = Came from
conversation-marks = Advertising marks
conversation-agreed = Agreed to the chat’s terms
conversation-messages = Messages of this chat
conversation-silent = Nothing has been said here yet.
conversation-source-gone = The source was deleted
conversation-why = Why these messages are one chat
conversation-why-messenger = { $messenger } gives all these messages to source “{ $source }” under one chat ID:
conversation-why-ours = To { $crm } the chat is known under Parom’s ID; whatever { $crm } sends with it comes here:
conversation-why-crm = { $crm } itself calls the chat so. Parom learned it from its answer or from a manager’s message:
conversation-why-manager = A manager began this chat in { $crm }. The messenger has not named it yet.
contact-rule-leave = { $crm } chooses the contact by its own rules
contact-rule-link = A new chat is linked to the contact with the same phone or e-mail
contact-rule-create = A contact is made before a new chat begins
conversation-contact = Contact in { $crm }
contact-why-phone = It has the customer’s phone number.
contact-why-email = It has the customer’s email.
contact-why-phone_several = Several contacts have this phone number; this one was changed last.
contact-why-email_several = Several contacts have this email; this one was changed last.
contact-why-given = The messenger’s developer named it.
contact-why-made = Parom made it: no contact had this phone number or email.
contact-why-crm = { $crm } chose it by its own rules.
contact-why-merged = People joined the former contact with this one in { $crm }.
contact-why-moved = People moved the chat to this contact in { $crm }.
contact-why-gone = The contact was deleted in { $crm }.
contact-why-nobody = No contact has this phone number or email. { $crm } chooses by its own rules.
contact-why-late = { $crm } did not answer in time and chose itself; people already work on its lead.
contact-why-unclear = { $crm } did not answer whether the contact was made. Parom makes no second one.

## Message page: further words

msg-manager = A manager
msg-time-unknown = time unknown
msg-open-source = Open the source
msg-too-late = The message no longer waits: look at its state.
msg-on-its-way = The message is being sent right now. What comes of it appears here.
msg-tried-now = The next attempt begins now.
msg-sent-again = The message is in line again. Its state changes when an attempt has ended.
msg-send-again-once = The message will be sent again, at the end of its chat’s queue.
msg-dropped = Delivery is stopped. The message stands in “Undelivered” and can be sent again.
msg-drop-confirm-in = The message will not appear in { $crm }. It stays in “Undelivered” and can be sent again.
msg-text = What was written
msg-text-show = Show the text
msg-text-audited = The look is written to the audit log.
msg-file-name = File
msg-file-size = Size
msg-id-ours = Parom
msg-id-messenger = Messenger
msg-id-crm = { $crm }
msg-id-chat = Chat in Parom
msg-id-crm-chat = Chat in { $crm }
hop-number = Number { $id }
attempt-limited-unsaid = Asked to slow down
msg-save-report = Save as a file

## The list: more columns and filters

messages-col-manager = Manager
messages-col-took = Took
messages-more-filters = Dates, time and reason
messages-from = From date
messages-to = To date
messages-slower-than = Longer than { $delay }
messages-reason = Reason
messages-reason-recipient_blocked = Blocked by the customer
messages-reason-recipient_unreachable = Customer cannot be reached
messages-reason-window_closed = Time for answers is over
messages-reason-kind_not_supported = Kind not supported
messages-reason-source_disconnected = Source disconnected
messages-reason-refused = Refused by the messenger
messages-reason-crm_refused = Refused by { $crm }
messages-reason-internal = Error in Parom

## The message page: neighbours and waits

msg-took = took { $delay }
msg-neighbours = Messages of this chat
msg-previous = Previous
msg-next = Next
attempt-after = { $delay } after attempt { $n }
attempt-waited-chat = waited { $delay } for the message before it
attempt-waited-turn = waited { $delay } for its turn: a rate limit or a pause
