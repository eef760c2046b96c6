## Import

import-title = History import
import-empty = Bring earlier chats into { $crm }, so that managers see the whole history.
import-new = New import
import-source = Import into
import-file = File with messages
import-plan = Check file
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
import-plan-notices = Managers get one notification per chat, for its last message only.
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
import-leads =
    { $leads ->
        [0] No new leads will appear.
        [one] At most { $leads } new lead will appear.
       *[other] At most { $leads } new leads will appear.
    }
import-leads-which = Leads and notices
import-leads-newest = One per chat (latest message)
import-leads-none = None: everything arrives silently
import-col-file = File
import-col-progress = Imported
import-col-made = Created
import-col-line = Line
import-of = { $done } of { $total }
import-no-source = Earlier messages are imported into a source: add one first.
import-file-hint = One JSON object per line, or CSV with the same field names in its first row. At most { $size }.
import-link-note = Chats can be linked to contacts that already exist in { $crm }: before you start, set the source to look for the customer’s phone or e-mail.
import-link-open = Settings of the source
import-link = Link new chats to existing contacts
import-link-hint = By the customer’s phone or e-mail, if the file contains them. If there is no such contact, { $crm } creates one as usual.
import-other-file = Another file
import-counted-gone = The file was only checked and is no longer stored: add it again to import it.
import-cancel = Stop import
import-started = The import runs in the background. You can leave this page.
import-paused = The import is paused.
import-resumed = The import continues.
import-cancelled = The import is stopped.
import-skipped-lines =
    { $count ->
        [one] { $count } line is skipped
       *[other] { $count } lines are skipped
    }
import-duplicates =
    { $count ->
        [one] { $count } of them had arrived before and was not sent again.
       *[other] { $count } of them had arrived before and were not sent again.
    }
import-history-title = Earlier messages
import-history-about = { $messenger } keeps earlier messages. The chats of the last { $days } days are imported silently: no leads, no notifications, nothing unread. What is already here is not repeated.
import-history-begin = Import the last { $days } days
import-history-again = Import the last { $days } days again
import-history-origin = From the messenger, { $days } days
import-history-reading =
    { $messages ->
        [one] Reading from { $messenger }: { $messages } message so far
       *[other] Reading from { $messenger }: { $messages } messages so far
    }
import-history-none = There were no messages in the { $days } days before the source was connected.
