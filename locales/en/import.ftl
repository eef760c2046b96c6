## Import

import-title = History import
import-empty = Bring earlier chats into { $crm }, so that managers see how it began.
import-new = New import
import-source = Into which source
import-file = File with messages (one JSON a line)
import-period = Only messages since
import-plan = Count without writing
import-plan-result =
    { $messages ->
        [one] { $messages } message
       *[other] { $messages } messages
    } in { $chats ->
        [one] { $chats } chat
       *[other] { $chats } chats
    }, about { $duration }.
import-plan-leads =
    { $leads ->
        [0] No new leads will appear
        [one] { $leads } new lead will appear
       *[other] { $leads } new leads will appear
    } in “{ $pipeline }”.
import-plan-notices = Managers get one notice a chat, for its last message only.
import-plan-skips =
    { $count ->
        [one] { $count } line will be skipped
       *[other] { $count } lines will be skipped
    }: { $reason }
import-24h-note = A card shows history from 24 hours before the lead was created. Older messages are kept in the chat but not shown in a new lead.
import-start =
    { $messages ->
        [one] Import { $messages } message
       *[other] Import { $messages } messages
    }
import-progress = { $done } of { $total }, about { $duration } left
import-gives-way = Slowed down: live messages go first.
import-pause = Pause import
import-resume = Continue import
import-cancel-confirm =
    Stop here? { $done ->
        [one] { $done } imported message stays
       *[other] { $done } imported messages stay
    } in { $crm }.
import-finished =
    { $done ->
        [one] { $done } message imported
       *[other] { $done } messages imported
    }, { $skipped } skipped.
import-download-skipped = Download the skipped lines
