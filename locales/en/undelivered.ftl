## Undelivered

undelivered-title = Undelivered
undelivered-empty = Everything is delivered or on its way.
undelivered-intro = What Parom no longer tries by itself. Send it again, or remove it.
undelivered-count =
    { $count ->
        [one] { $count } undelivered
       *[other] { $count } undelivered
    }
undelivered-retry-selected =
    { $count ->
        [one] Send { $count } again
       *[other] Send { $count } again
    }
undelivered-retry-confirm =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    } will be sent again in the order of the chats. { $maybe ->
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
undelivered-all = all that match the filter
undelivered-choose = Choose
undelivered-choose-one = Choose: { $name }
undelivered-retry-chosen = Send chosen again
undelivered-drop-chosen = Remove chosen
undelivered-csv = Download CSV
undelivered-none-chosen = Nothing is chosen. Mark rows, or “all that match the filter”.
undelivered-retry-title = Send again?
undelivered-drop-title = Remove from “Undelivered”?
undelivered-drop-confirm =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    } will not be delivered and cannot be sent again from here. In { $crm } nothing changes.
undelivered-rate = { $rate } a second, in the background. It can be stopped at any moment.
undelivered-begun =
    { $count ->
        [one] { $count } message is taken up
       *[other] { $count } messages are taken up
    }, { $rate } a second.
undelivered-retrying = Sending again: { $done } of { $total }
undelivered-dropping = Removing: { $done } of { $total }
undelivered-stop = Stop
undelivered-stopped = Stopped. The rest stays undelivered.
undelivered-over = That is over already.
undelivered-retried =
    { $count ->
        [0] Nothing was left to send again.
        [one] { $count } message is in line again.
       *[other] { $count } messages are in line again.
    }
undelivered-dropped =
    { $count ->
        [0] Nothing was left to remove.
        [one] { $count } message is removed.
       *[other] { $count } messages are removed.
    }
