## Undelivered

undelivered-empty = No message waits here for a decision.
undelivered-empty-title = Nothing to send again
undelivered-failed-later =
    { $count ->
        [one] { $count } message failed after the messenger had accepted it
       *[other] { $count } messages failed after the messenger had accepted them
    }
undelivered-failed-later-hint = Parom cannot send these again: write to the customers once more, or in another messenger.
undelivered-intro = Parom has stopped trying to deliver these messages.
undelivered-intro-again = Send them again or remove them.
undelivered-count =
    { $count ->
        [one] { $count } undelivered
       *[other] { $count } undelivered
    }
undelivered-others =
    { $count ->
        [one] and { $count } edit, status or reaction
       *[other] and { $count } edits, statuses or reactions
    }
undelivered-retry-selected =
    { $count ->
        [one] Send { $count } again
       *[other] Send { $count } again
    }
undelivered-retry-confirm =
    Send { $count ->
        [one] { $count } message
       *[other] { $count } messages
    } again, in the order of the chats? { $maybe ->
        [0] None can arrive twice
        [one] { $maybe } may arrive twice
       *[other] { $maybe } may arrive twice
    }.
undelivered-drop-selected =
    { $count ->
        [one] Remove { $count }
       *[other] Remove { $count }
    }
undelivered-by-reason = By reason
undelivered-col-reason = Reason
undelivered-all = Select all that match the filter
undelivered-choose = Select
undelivered-choose-one = Select: { $name }
undelivered-retry-chosen = Send selected again
undelivered-drop-chosen = Remove selected
undelivered-csv = Download CSV
undelivered-none-chosen = Nothing is selected. Select rows, or “Select all that match the filter”.
undelivered-retry-title = Send again?
undelivered-drop-title = Remove from “Undelivered”?
undelivered-drop-confirm =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    } will not be delivered and cannot be sent again from here. In { $crm } nothing changes.
undelivered-rate = { $rate } a second, in the background. You can stop at any time.
undelivered-retrying = Sending again: { $done } of { $total }
undelivered-dropping = Removing: { $done } of { $total }
undelivered-stop = Stop
undelivered-stopped = Stopped. The rest stays undelivered.
undelivered-over = Already finished.
undelivered-retried =
    { $count ->
        [0] Nothing was left to send again.
        [one] { $count } message is queued again.
       *[other] { $count } messages are queued again.
    }
undelivered-dropped =
    { $count ->
        [0] Nothing was left to remove.
        [one] { $count } message is removed.
       *[other] { $count } messages are removed.
    }
undelivered-retry-again =
    { $count ->
        [one] As things are, { $count } of them will fail again
       *[other] As things are, { $count } of them will fail again
    }: { $reasons }.
undelivered-outcome =
    Sent again { $time }: { $delivered } delivered, { $failed } failed again{ $waiting ->
        [0] .
       *[other] , { $waiting } still waiting.
    }
