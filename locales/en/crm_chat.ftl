## Texts of a message in amoCRM for what a messenger or the CRM does not support

carried-forward = Forwarded message:
carried-forward-of = Forwarded from { $name }:
carried-location = Location: { $map }
carried-contact = Contact: { $name }, { $phone }
carried-signed = { $name }:
carried-unknown = [A message of an unknown kind: { $kind }]

## Why a message failed, as managers read it in the chat

failure-conversation_deleted = The customer deleted the chat.
failure-recipient_blocked = The customer blocked the bot or deleted the chat.
failure-source_disconnected = The source of this chat is no longer connected.
failure-internal = Parom could not deliver the message.
failure-recipient_unreachable = The customer cannot be reached in this messenger.
failure-unsupported = The messenger does not support messages of this type.
failure-writing_first = You cannot write first here. Answer when the customer writes.
failure-marketing_stopped = The customer stopped marketing messages. Send a utility template.
failure-window_closed = The time for free text is over.
failure-template-waiting = The template “{ $template }” has not reached the messenger yet. It can be sent once it is approved.
failure-template-review = The template “{ $template }” is in review. It can be sent once it is approved.
failure-template-rejected = The messenger rejected the template “{ $template }”. Choose another one.
failure-template-paused = The messenger paused the template “{ $template }”. Choose another one.
failure-template-disabled = The messenger disabled the template “{ $template }”. Choose another one.
failure-template-deleted = The template “{ $template }” was deleted at the messenger. Choose another one.
failure-template-unknown = The messenger has approved no template with this text. Choose one that it has approved.
failure-window_closed-over-template = More than { $time } have passed since the customer’s last message. Send an approved template.
failure-window_closed-over = More than { $time } have passed since the customer’s last message. You can answer when the customer writes again.
failure-window_closed-unheard-template = The customer has not written here yet. Only an approved template can be sent.
failure-window_closed-unheard = The customer has not written here yet. You can answer when the customer writes.
failure-window_closed-hours =
    { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
failure-rejected = The messenger refused the message.
failure-rejected-with = The messenger refused the message: its answer was { $status }.
failure-writes-elsewhere = This customer has a chat in “{ $source }”. Write to them from there.
failure-no-phone = There is no phone number to write to.
failure-phone-ambiguous = { $phone } may be a number of two countries. Write it with + and the country code.
failure-empty = The message has no text.
failure-found-late = The message was found late. It waits until someone sends or removes it.
failure-found-dropped = The message reached Parom late, and someone decided not to send it.
failure-no-longer-true = The automatic answer was not sent: it waited until the working hours had begun.
failure-other = The message was not delivered.

crm-chat-blocked = [{ $who } blocked this customer. What they write is stored and not shown here]
crm-chat-unblocked = [{ $who } unblocked this customer. New messages are shown here again]
