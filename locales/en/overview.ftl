## Overview: health and ledger

health-title = Health
health-all-good =
    { $count ->
        [1] The source works
        [2] Both sources work
       *[other] All { $count } sources work
    }.
health-some-bad =
    { $bad ->
        [one] { $bad } source needs you
       *[other] { $bad } sources need you
    }
health-our-side = Passed on within { $delay } (95 of 100 messages)
health-oldest-waiting = Longest wait: { $delay }
health-nothing-waiting = Nothing is waiting
ledger-title = Nothing is lost: the account of messages
ledger-figure-accepted = { $count } accepted
ledger-figure-delivered = { $count } delivered
ledger-figure-failed = { $count } failed
ledger-figure-waiting = { $count } waiting
ledger-accepted = Accepted
ledger-balanced = The sums agree, checked { $time }
ledger-gap = The sums differ by { $gap }. The vendor has been told, nobody needs to do anything here.
ledger-empty = No messages in this period.
health-side-answers = Answers in { $median }, errors { $percent }%
health-side-most = 95 of 100 within { $delay }
health-no-data = No data for the last hour
ledger-direction-to_crm = From customers
ledger-direction-to_messenger = To customers
ledger-chart-days = Messages by day: most { $max } on { $day }, { $failed } failed.
overview-sides = The last hour
overview-period = Period
overview-period-today = Today
overview-period-7 = 7 days
overview-period-30 = 30 days
overview-days = Messages by day
overview-table = The same in a table
overview-day = Day
overview-failed = Failed
overview-to-source = To the source
health-side-failing = { $side }: { $percent }% of requests failed in the last hour.
health-undelivered =
    { $count ->
        [one] { $count } message was not delivered.
       *[other] { $count } messages were not delivered.
    }
health-received =
    { $count ->
        [one] { $count } message received
       *[other] { $count } messages received
    }
health-waiting-sources =
    { $count ->
        [one] Affected source:
       *[other] Affected sources:
    }
