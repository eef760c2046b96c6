## Reports: messages, first answers, chats without an answer

reports-cut = Only the latest { $count } messages are counted, since { $stamp }. Choose one source or fewer days.
reports-too-long = A report covers { $days } days at most. Showing the last days of your period.
reports-first-answer = First reply, usually
reports-first-answer-note =
    { $count ->
        [one] { $count } reply, slowest 5% over { $most }
       *[other] { $count } replies, slowest 5% over { $most }
    }
reports-no-answers = No answers in this period
reports-unanswered = Unanswered chats
reports-unanswered-title =
    { $count ->
        [0] Unanswered chats
       *[other] Unanswered chats: { $count }
    }
reports-unanswered-longest = Longest: { $delay }
reports-unanswered-more = Showing the { $count } chats that have waited longest. The rest are in the file.
reports-all-answered = Every customer was answered.
reports-by-source = Messages by source
reports-by-manager = Messages by manager
reports-manager-unknown = Unknown user { $id }
reports-manager-erased = Sender no longer stored
reports-no-managers = No messages were sent to customers from { $crm } in this period.
reports-col-answer = First reply: usual / slow
reports-col-since = Customer wrote
reports-col-waits = Waiting for
reports-hours-alt = Messages by hour of the day. Most in one hour: { $most }, from { $when }.
reports-week = When customers write
reports-weekday =
    { $day ->
        [0] Mon
        [1] Tue
        [2] Wed
        [3] Thu
        [4] Fri
        [5] Sat
       *[6] Sun
    }
reports-download = Download as CSV
reports-file-sources = By source
reports-file-managers = By manager
reports-file-hours = By hour
reports-file-unanswered = Unanswered chats
reports-how = Days and hours are in the account’s time zone. A customer waits from the first unanswered message until a user of { $crm } replies; bot replies do not count.
