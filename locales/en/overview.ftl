## Overview: health and ledger

health-all-good =
    { $count ->
        [1] The source works
        [2] Both sources work
       *[other] All { $count } sources work
    }.
health-some-bad =
    { $bad ->
        [one] { $bad } source needs attention
       *[other] { $bad } sources need attention
    }.
health-some =
    { $count ->
        [one] { $count } problem needs attention
       *[other] { $count } problems need attention
    }.
health-late =
    { $count ->
        [one] { $count } message has waited for more than { $delay }
       *[other] { $count } messages have waited for more than { $delay }
    }.
health-stopped = { $cause }: messages wait
health-stopped-source = { $name }: messages stopped
health-access-refused =
    { $messenger } no longer accepts the saved access. Answers are kept and go out after you connect again: { $count ->
        [one] { $count } waits
       *[other] { $count } wait
    }.
health-stopped-sources =
    { $count ->
        [one] { $count } source
       *[other] { $count } sources
    }: messages stopped
health-more =
    { $count ->
        [one] { $count } more problem
       *[other] { $count } more problems
    }
health-our-side = From receipt to the first attempt, slowest 5%: over { $delay }
health-oldest-waiting = Longest wait: { $delay }
health-nothing-waiting = Nothing is waiting
health-over = { $side } did not answer from { $from } to { $until }, about { $delay }. It answers again.
health-next = Next attempt at { $clock }.
ledger-title = Every message accounted for
ledger-figure-accepted = { $count } accepted
ledger-figure-delivered = { $count } delivered
ledger-figure-failed = { $count } failed
ledger-figure-waiting = { $count } waiting
ledger-balanced = Balanced · checked { $time }
ledger-gap = The figures differ by { $gap }. Support has been notified; you don’t need to do anything.
ledger-empty = No messages in this period.
health-no-data = No requests
ledger-direction-to_crm = From customers
ledger-direction-to_messenger = To customers
overview-sides = Requests since { $time }
overview-side = Connection
overview-side-usual = Usual answer
overview-side-slow = Slowest 5% from
overview-side-errors = Errors
overview-side-received = Messages received
overview-period = Period
overview-period-today = 24 hours
overview-period-7 = 7 days
overview-period-30 = 30 days
overview-days = Messages by day
overview-table = Show as a table
overview-day = Day
overview-failed = Undelivered
health-side-failing = { $side }: { $failed } of { $all } requests since { $time } failed ({ $percent }%).
health-side-failed-last = The last failure was { $time }.
health-undelivered =
    { $count ->
        [one] { $count } message was not delivered
       *[other] { $count } messages were not delivered
    }.
health-waiting-sources =
    { $count ->
        [one] Affected source:
       *[other] Affected sources:
    }

## The figures of 24 hours, and the chart

overview-last-day = Last 24 hours
overview-hours = Messages by hour
overview-hour = Hour
overview-times = Delivery: usual / slow
overview-last-message = Last message
overview-sources-caption = Sources: state, messages ({ $period }), delivery time over 24 hours, last message
overview-deleted-sources = Deleted sources
ledger-days = Since { $stamp }
chart-values = { $when }: { $came } from customers, { $went } to customers, { $failed } undelivered
chart-alt-hours = Messages by hour: { $came } from customers, { $went } to customers, { $failed } undelivered. Most in one hour: { $most }, from { $when }.
chart-alt-days = Messages by day: { $came } from customers, { $went } to customers, { $failed } undelivered. Most in one day: { $most }, on { $when }.
figure-messages = Messages, last 24 hours
figure-messages-usual = { $count } a day on average this week
figure-messages-first = No average yet: this is the first week
figure-delivered = Delivered, last 24 hours
figure-delivered-goal = Goal: { $percent }% or more
figure-delivered-overdue =
    { $count ->
        [one] { $count } waits for more than { $delay } and counts as not delivered
       *[other] { $count } wait for more than { $delay } and count as not delivered
    }
figure-time = Delivery time, last 24 hours
figure-time-goal = 95 of 100 arrive within this time. Goal: { $delay } or less
figure-undelivered = Undelivered, all time
figure-waiting = { $count } waiting, the longest { $delay }
figure-spark = { $figure }, by hour: from { $least } to { $most }

## First steps

start-title = First steps
start-done = { $done } of { $all } done
start-connect = Connect { $crm }
start-connect-todo = Parom has no access to the account right now. The account page explains what to do.
start-source = Add a source
start-source-todo = Connect a messenger or put a chat on your site.
start-message = Send a test message
start-message-todo = Write to the source as a customer: the message appears in { $crm }.
start-team = Invite a colleague
start-team-todo = Two people notice a problem sooner than one.
start-alerts = Turn on alerts by e-mail
start-alerts-todo = Add an address to learn about problems before your customers do.
