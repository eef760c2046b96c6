## Import

import-empty-title = No imports yet
import-empty = Bring earlier chats into { $crm }, so that managers see the whole history.
import-new = New import
import-source = Import into
import-file = File with messages
import-plan = Check file
import-plan-none = Nothing new can be imported from this file.
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
        [one] At most { $leads } new lead will appear
       *[other] At most { $leads } new leads will appear
    } in “{ $pipeline }”: one for each new chat in which the customer wrote last.
import-plan-notices = One notification per chat
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
import-skip-more = and { $count } more
import-many-skipped = { $percent }% of the rows cannot be imported. See why below and correct the file first.
import-of = { $done } of { $total }
import-no-source = Add a source first: earlier messages are imported into it.
import-file-hint = A table (.xlsx or CSV, any columns), one JSON object per line, or an export of Telegram Desktop, WhatsApp or Chatwoot. At most { $size }.
import-sample = Download a sample:
import-fields = Columns of the file
import-fields-says = CSV and JSON use the same fields; in JSON, a dot means a nested object. The API documentation lists all fields of a message.
import-field = Column
import-field-means = Meaning
import-field-required = required
import-field-id = Your message ID; the same ID is not imported twice
import-field-conversation-id = Your chat ID
import-field-sender-role = client for the customer, manager for your side
import-field-sender-id = Your ID for the sender
import-field-sender-name = The sender’s name
import-field-sender-phone = The customer’s phone, to link the chat to a contact
import-field-receiver-id = The customer’s ID, in manager messages
import-field-sent-at = When it was sent, for example 2025-03-01T09:30:00Z
import-field-content-type = text, picture, video, file, voice, audio, sticker, location or contact
import-field-content-text = The text
import-field-content-media-url = A link where Parom can download the file
import-link-note = Chats will not be linked to contacts that already exist in { $crm }. To link them, add the file again with “Link new chats to existing contacts”, or set it for the source.
import-link-open = Settings of the source
import-link = Link new chats to existing contacts
import-link-hint = By the customer’s phone or e-mail, if the file has them. Without a match, { $crm } creates a contact as usual.
import-other-file = Another file
import-counted-gone = The file was only checked and is no longer stored. Add it again to import it.
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
import-plan-duplicates =
    { $count ->
        [one] { $count } more is in its chat already and will not be sent again.
       *[other] { $count } more are in their chats already and will not be sent again.
    }
import-chats = What will be shown where
import-chat =
    { $name }: { $messages ->
        [one] { $messages } message
       *[other] { $messages } messages
    }, { $first } – { $last }, { $place }
import-chat-new = in a new chat
import-chat-known = in the existing chat
import-export = An export of another service
import-export-says = Fill in what the export does not contain. Exports from Telegram Desktop and Chatwoot contain everything.
import-we = Your name in the export
import-phone = The customer’s phone
import-phone-hint = If the WhatsApp chat is with a saved contact, so that the export has a name instead of the number.
import-dates = Dates
import-dates-auto = As the file shows
import-dates-day_first = Day first
import-dates-month_first = Month first
import-zone = Time zone
import-zone-hint = For example Europe/Moscow. By default, the account’s.
import-history-title = Earlier messages
import-history-about = Import the chats of the last { $days } days from { $messenger }. They arrive silently, with no leads, notifications or unread marks, and no message is imported twice.
import-history-begin = Import the last { $days } days
import-history-again = Import the last { $days } days again
import-history-origin = From the messenger, { $days } days
import-history-reading =
    { $messages ->
        [one] Reading from { $messenger }: { $messages } message so far
       *[other] Reading from { $messenger }: { $messages } messages so far
    }
import-history-none = There were no messages in the { $days } days before the source was connected.
import-columns = What the columns mean
import-columns-says = Check the guesses. Nothing is sent to { $crm } before you start the import.
import-columns-open = Still to choose:
import-column-values = In the file
import-column-none = Not imported
import-column-sent_at = Date and time
import-column-time = Time, if it is separate
import-column-text = Text
import-column-sender = Who wrote
import-column-name = Customer’s name
import-column-phone = Customer’s phone
import-column-email = Customer’s e-mail
import-column-manager = Manager’s name
import-column-file = Link to a file
import-column-chat = Chat ID
import-column-id = Message ID
import-side = Your side in “Who wrote”
import-side-hint = Values that mean that you wrote, separated by commas. All others are the customer.
import-dates-means = “{ $written }” is { $date }
import-dates-choose = Choose
import-preview = The first messages
import-preview-again = Show the first messages
import-preview-row = Line { $line }
import-preview-skipped = Skipped: { $reason }
import-preview-file = File: { $name }
import-discard = Discard file
import-discarded = The file is deleted.
import-columns-change = Change columns
import-no-undo = An import cannot be undone: messages cannot be deleted in { $crm }. While it runs, you can stop it.
