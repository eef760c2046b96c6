### One customer: links to contacts

link-title = Links to contacts in { $crm }
link-col-chat = Chat
link-col-contact = Contact
link-col-why = Why
link-evidence = { $id } · { $sureness }
link-id-phone = By phone { $value }
link-id-email = By e-mail { $value }
link-id-contact = By contact { $value }
link-id-messenger = By the messenger’s ID { $value }
link-id-login = By the site’s sign-in { $value }
link-sureness-proved = verified
link-sureness-likely = likely
link-sureness-told = not verified
link-undone = Undone by { $who }, { $time }
link-moving = In progress
link-undo = Undo
link-undo-title = Undo the link
link-undo-confirm = This chat gets a contact of its own in { $crm } and keeps its incoming lead if nobody has accepted it yet. No rule links it to another contact afterwards. What cannot be undone: messages that were already delivered stay in the leads of { $name }, and so do fields that were filled in there. New messages may go on there too, until the chat is closed in that lead.
link-undo-begun = { $crm } is creating a contact for this chat. The list shows when it is done.
link-join-title = This is the same customer as…
link-join-contact = Number or address of the contact in { $crm }
link-join-next = Next
link-join-button = Link to this contact
link-join-wrong = { $crm } has no such contact, or the chat is linked to it already. Copy the address of the contact’s card.
link-join-confirm =
    { $count ->
        [one] This chat will be linked to contact { $number } in { $crm }.
       *[other] These { $count } chats will be linked to contact { $number } in { $crm }.
    } The link can be undone later. Messages that were already delivered stay in their leads.
link-join-begun = { $crm } is linking the chats. The list shows when it is done.

## Blocked customers

block-title = Block the customer
block-badge = Blocked
block-since = Blocked by { $who }, { $time }. Their messages are stored but not passed on.
block-confirm =
    { $count ->
        [one] This customer’s messages in this chat will be stored but not passed on to { $crm }, and they get no automatic answer.
       *[other] This customer’s messages in these { $count } chats will be stored but not passed on to { $crm }, and they get no automatic answer.
    } The chat in { $crm } shows once who blocked them. Managers can still write to them.
block-done = The customer is blocked.
unblock-title = Unblock
unblock-done = The customer is unblocked. New messages reach { $crm } again; what was stored meanwhile stays here.

## Marketing messages

marketing-title = Marketing messages
marketing-none = The customer has not decided yet. A message with only the word STOP stops marketing messages; START allows them again.
marketing-decision-stopped = Stopped { $time }: { $way }. Marketing templates are refused.
marketing-decision-agreed = Agreed { $time }: { $way }.
marketing-way-message = in a message
marketing-way-form = by a form
marketing-way-person = recorded by { $who }
marketing-way-api = recorded by a program, { $who }
marketing-stop = Record that they stopped
marketing-agree = Record that they agreed
marketing-recorded = The decision was recorded for all chats of this page.
marketing-csv = Download
marketing-csv-all = Download decisions about marketing

## Held chats

held-title = Chats on hold in “{ $source }”
held-about = “{ $source }” accepts at most { $pace } new chats an hour. These chats are over the limit: their messages are stored but not sent to { $crm }.
held-empty = No chats are on hold.
held-release = Release all ({ $count })
held-block = Block all ({ $count })
held-released = The chats are being released: { $crm } receives them with all their messages.
held-blocked = The customers are blocked.
held-source = Change the limit
block-held = On hold since { $time }: there were more new chats than the source accepts. Unblock the chat to pass it on.
