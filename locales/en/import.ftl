## Import

import-title = History import
import-empty = Bring earlier chats into { $crm }, so that managers see how it began.
import-new = New import
import-source = Into which source
import-file = File with messages
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
import-leads-newest = One a chat, for its last message
import-leads-none = None: everything arrives silently
import-col-file = File
import-col-progress = Imported
import-col-made = Added
import-col-line = Line
import-of = { $done } of { $total }
import-no-source = Earlier messages come into a source: add one first.
import-file-hint = One JSON a line, or CSV with the same names of fields in its first row. At most { $size }.
import-link-note = Chats can hang on contacts that { $crm } has already: before you start, let the source look for the customer’s phone or e-mail.
import-link-open = Settings of the source
import-link = Link new chats to contacts that are there
import-link-hint = By the customer’s phone or e-mail, as far as the file names them. Where { $crm } has nobody it makes a contact as always.
import-other-file = Another file
import-counted-gone = It was only counted. The file is not kept any more: add it once more to import it.
import-cancel = Stop import
import-started = The import goes on by itself. You may leave this page.
import-paused = The import is paused.
import-resumed = The import goes on.
import-cancelled = The import is stopped.
import-skipped-lines =
    { $count ->
        [one] { $count } line is skipped
       *[other] { $count } lines are skipped
    }
import-duplicates =
    { $count ->
        [one] { $count } of them had come before and was not sent again.
       *[other] { $count } of them had come before and were not sent again.
    }
import-history-title = Earlier messages
import-history-about = { $messenger } keeps earlier messages. The chats of the last { $days } days come in silently: no leads, no notices, nothing unread. What is here already is not repeated.
import-history-begin = Bring the last { $days } days in
import-history-again = Bring the last { $days } days in once more
import-history-origin = From the messenger, { $days } days
import-history-reading =
    { $messages ->
        [one] Reading from { $messenger }: { $messages } message so far
       *[other] Reading from { $messenger }: { $messages } messages so far
    }
import-history-none = There were no messages in the { $days } days before the source was connected.
