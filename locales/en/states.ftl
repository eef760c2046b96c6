## States: source

source-state-working = Working
source-state-working-hint = Last message or test: { $time }.
source-state-working-unproved = No messages or tests yet.
source-state-untested = Not tested yet
source-state-checking = Checking
source-state-checking-hint = Waiting for the first confirmation from the messenger. Usually less than a minute.
source-state-needs_attention = Needs attention
source-state-needs_attention-hint = This needs fixing: { $reason }
source-state-stopped = Stopped
source-state-stopped-hint = The messenger no longer accepts the saved access. Manager messages wait here and are not lost. Connect the source again.
source-state-paused = Paused
source-state-paused-hint = Paused since { $stamp } by { $name }. Messages are received and wait; nothing is delivered until you switch it on.
source-state-unpaid = Not paid
source-state-unpaid-hint =
    { $payer } refuses messages until it is paid. New messages are kept for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }.
source-state-blocked = Blocked by the messenger
source-state-blocked-hint = The messenger blocked this number or bot. Nothing is sent or received. The reason is in the messenger’s own notice.
source-state-crm_unreachable = { $crm } is not answering
source-state-crm_unreachable-hint = Customer messages are received and wait. Parom tries again automatically, no action is needed.
source-state-shadow = Alongside another service
source-state-shadow-hint = The other service has the line. Nothing is sent to customers or to { $crm }.

## States: account (tenant)

tenant-state-provisioning = Being set up
tenant-state-provisioning-hint = { $crm } has granted access, Parom is finishing the setup. Usually less than a minute.
tenant-state-awaiting_credentials = Waiting for sign-in
tenant-state-awaiting_credentials-hint = Enter your login and password in the widget. Until then the channel is not connected and no messages are delivered.
tenant-state-active = Connected
tenant-state-active-hint = Access is valid, the channel is connected.
tenant-state-needs_reauth = Access lost
tenant-state-needs_reauth-hint = { $crm } no longer accepts the access it granted. Messages still go both ways; sources, pipelines, templates and contact links cannot be changed. Reauthorize: sources and chats stay.
tenant-state-needs_reauth-cut_off-hint = { $crm } no longer accepts the access it granted and has disconnected the chat channel. Customer messages are received and wait here. Reauthorize: sources and chats stay.
tenant-state-unpaid = { $crm } is not paid
tenant-state-unpaid-hint =
    { $crm } is not paid and may refuse messages. Refused customer messages are kept for { $days ->
        [one] { $days } day
       *[other] { $days } days
    } and delivered in order after payment.
tenant-state-blocked = Blocked by { $crm }
tenant-state-blocked-hint = { $crm } refuses all requests of this account. Messages wait here. Write to support: the text for { $crm } is ready.
tenant-state-suspended = Suspended
tenant-state-suspended-hint = This account is suspended. Messages are received and wait, but are not delivered. Write to support.
tenant-suspended-reason = Reason: { $reason }
tenant-state-plan_ended = Subscription ended
tenant-state-plan_ended-hint = The subscription to this service ended on { $date }. Messages are received and wait; delivery resumes after renewal. Write to support.
tenant-state-disconnected = Not connected
tenant-state-disconnected-hint = The chat channel is disconnected, no messages are delivered. Sources are kept: connect again and they resume.
tenant-state-uninstalled = Disconnected
tenant-state-uninstalled-hint = The integration is switched off in { $crm }. No messages are delivered. Access keys are erased within 24 hours; sources, chats and the log stay.

## States: channel connection

channel-state-connecting = Connecting
channel-state-connected = Connected
channel-state-disconnected = Not connected
channel-state-not_allowed = Not allowed
channel-state-misconfigured = Signature refused

## States: message

message-state-queued = Queued
message-state-sent = Sent
message-state-delivered = Delivered
message-state-read = Read
message-state-failed = Failed
message-state-held = On hold
message-state-shadow = Seen only
message-state-blocked = Blocked customer
message-state-held-chat = Held chat
message-late = Arrived late, { $delay } after it was written. { $why }
message-maybe-twice = The customer may have received it twice
message-found-in-history = Found in { $crm }’s history: Parom was not notified in time
message-deleted-by-customer = Deleted by the customer

## States: token

token-state-valid = Valid
token-state-refreshing = Being renewed
token-state-expiring = Expires soon
token-state-refresh_failing = Renewal is delayed
token-state-expired = Expired
token-state-revoked = Revoked
token-state-missing = Not granted

## States: letter and undelivered (dead letter)

letter-state-retrying = Will be tried again
letter-state-sending = Being sent
letter-state-checking_outcome = Outcome is being checked
letter-state-done = Done
letter-state-dead = Undelivered
letter-kind-message = Message
letter-kind-edit = Edit
letter-kind-status = Status
letter-kind-typing = Typing
letter-kind-reaction = Reaction
letter-kind-import = Import page
letter-kind-resend = Webhook sent again
letter-kind-chat = Chat without a message

## States: import

import-state-ready = Ready to start
import-state-columns = Choose columns
import-state-queued = Queued
import-state-counted = Checked
import-state-running = Running
import-state-paused = Paused
import-state-done = Finished
import-state-done_with_skips = Finished, some skipped
import-state-failed = Stopped by an error
import-state-cancelled = Cancelled

## States: webhook endpoint

webhook-state-untested = Not tested
webhook-state-working = Answering
webhook-state-failing = Failing
webhook-state-suspended = Suspended
webhook-state-disabled = Switched off
webhook-state-failing-hint =
    { $total ->
        [1] The last delivery failed
       *[other] { $failed } of the last { $total } deliveries failed
    }. Messages are not lost: Parom tries again and lists what it gives up in “Undelivered”.
webhook-state-waiting =
    { $waiting ->
        [one] { $waiting } message waits for this address.
       *[other] { $waiting } messages wait for this address.
    }
webhook-state-suspended-hint = No delivery succeeded for 24 hours. Messages wait here. Fix the address and press “Test and switch on”.
webhook-state-disabled-hint = Switched off after 5 days without an answer. Pending events are in “Undelivered”.

## States: alert, template, key, member

alert-state-open = Open
alert-state-acknowledged = Being handled by { $name }
alert-state-resolved = Resolved
alert-state-muted = Muted until { $stamp }
template-state-draft = Draft
template-state-review = In review
template-state-approved = Approved
template-state-rejected = Rejected
template-state-paused = Paused by WhatsApp
template-state-plain = Ready
key-state-active = Active
key-state-revoked = Revoked
member-state-invited = Invited
member-state-active = Active
member-state-disabled = No access

## The end of a subscription, above every page

plan-notice-trial = The trial ends on { $date }. Messages are delivered until { $until }; after that, they are received and wait.
plan-notice-ending = The subscription to this service ends on { $date }. Messages are delivered until { $until }; after that, they are received and wait.
plan-notice-grace = The subscription to this service ended on { $date }. Messages are delivered until { $until }; after that, they are received and wait for renewal.
plan-notice-ended = The subscription to this service ended on { $date }. Messages are received and wait; delivery resumes after renewal.

## A limit that is nearly used up, or is, above every page

limit-notice-sources-near = { $used } of { $most } sources are used. Beyond that none can be added; those you have keep working. For more, write to support.
limit-notice-sources-reached = { $used } of { $most } sources are used: none can be added; those you have keep working. For more, write to support.
limit-notice-messages-near = Messages this month: { $used } of the { $most } of the plan. Those beyond that are delivered too, and counted. For a larger plan, write to support.
limit-notice-messages-reached = The plan’s messages of this month are used up: { $used } of { $most }. Those beyond that are delivered too, and counted. For a larger plan, write to support.
limit-notice-stored-near = Storage: { $used } of { $most } are used. When it is full, messages that your programs send through the API are refused; all others are delivered. For more space, write to support.
limit-notice-stored-reached = Storage is full: { $used } of { $most }. Messages that your programs send through the API are refused; all others are delivered. For more space, write to support.
limit-notice-files-near = Files: { $used } of { $most } are used. When the space is full, a line replaces each new file; messages are delivered. Old files are deleted automatically. For more space, write to support.
limit-notice-files-reached = File storage is full: { $used } of { $most }. A line replaces each new file; messages are delivered. Old files are deleted automatically. For more space, write to support.
limit-notice-visitors-near = Files of web chat visitors: { $used } of { $most } are used. When the space is full, visitors cannot send files; their messages are delivered. Old files are deleted automatically. For more space, write to support.
limit-notice-visitors-reached = Storage for files of web chat visitors is full: { $used } of { $most }. Visitors cannot send files; their messages are delivered. Old files are deleted automatically. For more space, write to support.
limit-notice-imports-near = Imports in progress: { $used } of { $most }. Beyond that none can be started until one ends or is cancelled.
limit-notice-imports-reached = Imports in progress: { $used } of { $most }. The next one can be started when one ends or is cancelled.
limit-notice-imports-size-near = Files of the imports in progress: { $used } of { $most } are used. A file that does not fit is refused until an import ends or is cancelled.
limit-notice-imports-size-reached = Storage for imports in progress is full: { $used } of { $most }. The next file is accepted when an import ends or is cancelled.
