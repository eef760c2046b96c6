## Reasons, each with what to do (the error passport)

reason-recipient_blocked = The customer blocked the bot or deleted the chat.
reason-recipient_blocked-fix = Write to the customer by another messenger or call.
reason-recipient_unreachable = The customer is not in this messenger or cannot be reached there.
reason-recipient_unreachable-fix = Check the number in the contact. The customer may also have blocked you: write in another messenger or call.
reason-window_closed = The customer last wrote too long ago: the messenger no longer accepts free text.
reason-window_closed-fix = Send an approved template, or answer when the customer writes again.
reason-media_gone = The file is no longer available at the sender’s link.
reason-media_gone-fix = Ask to send the file again.
reason-media_too_big = The file is { $size }, the messenger accepts up to { $limit }.
reason-media_too_big-fix = Send a smaller file or a link to it.
reason-kind_not_supported = The messenger does not support messages of this type: { $kind }.
reason-kind_not_supported-fix = Send it as a file or as text.
reason-writing_first = You cannot write first here.
reason-writing_first-fix = Answer when the customer writes, or reach the customer in another messenger.
reason-marketing_stopped = The customer stopped marketing messages.
reason-marketing_stopped-fix = Send a utility template, or record the customer’s consent on their page if they gave it.
reason-rate_limited = The messenger asked Parom to slow down. Parom waits and sends in order.
reason-rate_limited-fix = Nothing to do.
reason-messenger_down = The messenger is not answering.
reason-messenger_down-fix =
    Nothing to do: Parom keeps trying for { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }.
reason-access_revoked = The messenger no longer accepts the saved access.
reason-access_revoked-fix = Press “Connect again” in the source.
reason-crm_down = { $crm } is not answering.
reason-crm_down-fix = Nothing to do: Parom tries again and keeps the order.
reason-crm_refused = { $crm } refused the message.
reason-crm_refused-fix = The message’s “Details” say why. Copy the report and write to support.
reason-crm_unpaid = The { $crm } account is not paid.
reason-crm_unpaid-fix = Pay for { $crm }: waiting messages will then arrive in order.
reason-channel_detached = { $crm } disconnected the chat channel.
reason-channel_detached-fix = Switch the integration off and on in { $crm }: your sources are kept.
reason-signature_refused = { $crm } does not accept Parom’s signature.
reason-signature_refused-fix = Support has been notified. Messages wait.
reason-source_paused = The source is paused.
reason-source_paused-fix = Switch the source on.
reason-webhook_suspended = Your server failed for 24 hours, so Parom has paused the source.
reason-webhook_suspended-fix = Repair the server, then press “Test and switch on” at the source.
reason-too_old =
    Delivery was tried for { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    } without success.
reason-too_old-fix = Send again, or write the customer a new message.
reason-webhook_status = Your server answered { $status }.
reason-webhook_status-fix = The answer must be 2xx. The full answer is in “Details”.
reason-webhook_timeout = Your server did not answer in 15 seconds.
reason-webhook_timeout-fix = Store the event first, answer 2xx, process later.
reason-dropped_by_person = { $name } stopped the delivery.
reason-dropped_by_person-fix = Press “Send again” if it was a mistake.
reason-outcome_unknown = The message was sent, but it is not known whether it arrived.
reason-outcome_unknown-fix = Check the chat before you send again.
reason-refused = The messenger refused the message.
reason-refused-fix = The message’s “Details” say why. Change what the messenger names and write again.
reason-internal = Parom could not deliver the message. Support finds the cause in the log.
reason-internal-fix = Send again. If it fails once more, copy the report and write to support.
reason-source_disconnected = The source of this chat was deleted.
reason-source_disconnected-fix = Write to the customer by another source.
reason-no_bot = The message was written outside { $crm }, and this channel has no bot to show it.
reason-no_bot-fix = Ask support to enter the channel’s bot, then send again.
reason-suspended = This account is suspended. Messages are received and wait.
reason-suspended-fix = Write to support.
reason-plan_ended = The subscription to this service has ended. Messages are received and wait.
reason-plan_ended-fix = Renew the subscription, or write to support.
reason-found_in_history = Written { $age } ago and found in { $crm }’s history only now: Parom was not notified in time.
reason-found_in_history-fix = Send it if it still makes sense, or remove it. It is never sent automatically.

## Reasons in a few words, as headings

reason-short-too_old = Could not be delivered in time
reason-short-dropped_by_person = Stopped by a person
reason-short-source_disconnected = Source deleted
reason-short-recipient_blocked = Blocked by the customer
reason-short-conversation_deleted = Chat deleted by the customer
reason-short-recipient_unreachable = Customer cannot be reached
reason-short-unsupported = Type not supported
reason-short-writing_first = Writing first is not possible
reason-short-marketing_stopped = Marketing was stopped
reason-short-window_closed = The customer wrote too long ago
reason-short-rejected = Refused
reason-short-no_bot = The channel has no bot
reason-short-found_in_history = Found in the history, waits for a decision
reason-short-internal = Parom’s own error, or outcome unknown
reason-short-other = Other reasons
