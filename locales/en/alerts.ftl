## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): stopped
alert-source_stopped-body =
    Source “{ $source }” has not worked since { $stamp }: { $messenger } no longer accepts its access. Reason: { $reason }. Customers’ messages do not arrive; { $waiting ->
        [0] no messages are waiting
        [one] { $waiting } manager message is waiting
       *[other] { $waiting } manager messages are waiting
    } here. Press “Connect again”: { $url }
alert-source_blocked-subject = { $source } ({ $account }): blocked by { $messenger }
alert-source_blocked-body = { $messenger } has blocked “{ $source }” since { $stamp }. Nothing is sent or received. Open the messenger’s notice and answer it; other sources are not affected. { $url }
alert-source_silent-subject = { $source } ({ $account }): unusually quiet
alert-source_silent-body =
    The last message of “{ $source }” came { $time }; at this hour there are usually { $usual ->
        [one] { $usual } message
       *[other] { $usual } messages
    } an hour. Parom’s checks pass. Write to it from your own phone or press “Test source”: { $url }
alert-source_moved-subject = { $source } ({ $account }): messages go elsewhere
alert-source_moved-body = Since { $stamp }, { $messenger } has been sending the messages of “{ $source }” to { $host }. The same bot or number was connected to another service. To get them back, press “Connect again”: { $url }
alert-source_gone-subject = { $source } ({ $account }): deleted in { $crm }
alert-source_gone-body = The source “{ $source }” was deleted in { $crm }. Messages keep coming, but new leads get the default source “{ $default }”. Press “Create in { $crm } again”: { $url }
alert-needs_reauth-subject = { $account }: reauthorize access to { $crm }
alert-needs_reauth-body = { $crm } has not renewed the access of account { $account } since { $stamp }. Messages still go both ways. Sources, pipelines and templates cannot be changed until an administrator presses “Reauthorize”: { $url }
alert-needs_reauth-cut_off-body = { $crm } has not renewed the access of account { $account } since { $stamp } and has disconnected the chat channel. Customer messages are received and wait here until an administrator presses “Reauthorize”: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): access ends in { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
alert-token_expiring-body = The { $messenger } token of “{ $source }” is valid until { $stamp }. Everything works now. Issue a permanent token and paste it: { $url }
alert-unpaid-subject = { $account }: { $crm } is not paid, messages may wait
alert-unpaid-body =
    Since { $stamp }, { $crm } has reported account { $account } as not paid and may refuse messages. { $waiting ->
        [0] No messages are waiting here now
        [one] { $waiting } message is waiting here and will be kept until { $until }
       *[other] { $waiting } messages are waiting here and will be kept until { $until }
    }. After payment, everything arrives in order automatically.
alert-crm_unreachable-subject = { $account }: { $crm } is not answering
alert-crm_unreachable-body =
    { $crm } has not answered since { $stamp }. { $waiting ->
        [0] No customer messages are waiting
        [one] { $waiting } customer message is waiting
       *[other] { $waiting } customer messages are waiting
    } in Parom. Parom tries again automatically, keeps the order and notifies you when it works again. Messages managers have already written go out: { $url }
alert-undelivered-subject =
    { $count ->
        [one] { $count } message was not delivered
       *[other] { $count } messages were not delivered
    }: { $source } ({ $account })
alert-undelivered-body = Most frequent reason since { $stamp }: { $reason }. { $advice } Managers see it in the cards. Open the list: { $url }
alert-late-subject = { $account }: messages arrive late, some take { $delay }
alert-late-body =
    In the last 15 minutes, one message in 20 took { $delay } or more; { $count ->
        [0] none is waiting now
        [one] { $count } message has been waiting for too long
       *[other] { $count } messages have been waiting for too long
    }. Both sides answer, order is kept and nothing is lost. Parom catches up automatically: { $url }
alert-webhook_suspended-subject = { $source } ({ $account }): your server has not answered for 24 hours
alert-webhook_suspended-body =
    Parom stopped calling { $host }. { $waiting ->
        [one] { $waiting } event waits
       *[other] { $waiting } events wait
    }; after { $until } they go to “Undelivered”. Fix the server and press “Test and switch on”: { $url }
alert-template_rejected-subject = The messenger rejected template “{ $template }” ({ $account })
alert-template_rejected-body = The messenger’s reason: { $reason }. Copy the template, correct it and send it for review again: { $url }
alert-template_paused-subject = Template “{ $template }” ({ $account }): paused by the messenger
alert-template_paused-body = You cannot send it for now. The messenger’s reason: { $reason }. Use another template, or write a better one: { $url }
alert-template_changed-subject = Template “{ $template }” ({ $account }): category or quality changed
alert-template_changed-body = Its category is now { $category }, its quality { $quality }. Categories differ in price, and low-quality templates get paused: { $url }
alert-resolved-subject = Resolved: { $subject }
alert-resolved-body = Resolved { $time }. It lasted { $duration }.
alert-acknowledge = Acknowledge
alert-mute =
    Mute for { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
alert-why = You get this e-mail because alerts of account { $account } go to { $email }. Change it: { $url }
alert-vendor_gap-subject = Ledger gap of { $gap } in { $source } ({ $host })
alert-vendor_gap-body = accepted { $accepted } ≠ delivered { $delivered } + failed { $failed } + waiting { $waiting }. Counted over the messages of the last nine days. Next step: keep the log of this time and report it; parom doctor --tenant { $tenant_id } shows the account.
alert-blocked-subject = { $account }: { $crm } refuses all requests, messages wait
alert-blocked-body =
    { $crm } has refused every request of account { $account } since { $stamp }. { $waiting ->
        [0] No messages are waiting
        [one] { $waiting } message is waiting
       *[other] { $waiting } messages are waiting
    } here, each is kept for 7 days. Ask { $crm }’s support why; Parom keeps trying and delivers what is waiting in order: { $url }
alert-media_full-subject = { $account }: no room for more files
alert-media_full-body = Account { $account } has used all { $most } MB for files since { $stamp }. Messages are still delivered; each new file is replaced by a line that says so. Old files are deleted automatically. For more space, write to support: { $url }
alert-found_in_history-subject =
    { $account }: { $count ->
        [one] { $count } message was found in { $crm }’s history
       *[other] { $count } messages were found in { $crm }’s history
    }
alert-found_in_history-body =
    Due to an interruption, Parom was not notified of manager messages in time. { $held ->
        [0] All of them are on their way to customers now.
        [one] { $held } message is older than 15 minutes and waits for your decision.
       *[other] { $held } messages are older than 15 minutes and wait for your decision.
    } Send or remove them: { $url }
alert-messenger_unreachable-subject = { $source } ({ $account }): { $messenger } is not answering
alert-messenger_unreachable-body =
    { $messenger } has not answered for “{ $source }” since { $stamp }. { $waiting ->
        [0] No manager messages are waiting
        [one] { $waiting } manager message is waiting
       *[other] { $waiting } manager messages are waiting
    } here. Parom tries again automatically and keeps the order; other sources are not affected: { $url }
alert-line_not_set-subject = { $source } ({ $account }): customers’ messages do not arrive
alert-line_not_set-body = { $messenger } has not sent the messages of “{ $source }” here since { $stamp }, because it does not accept Parom’s address. It says: { $reason }. Manager messages still go out. Open the source and connect it again: { $url }
alert-line_failing-subject = { $source } ({ $account }): customers’ messages are delayed
alert-line_failing-body = { $messenger } has been unable to pass on the messages of “{ $source }” since { $stamp }. It says: { $reason }. Manager messages still go out, and { $messenger } sends again what did not arrive. Test the source: { $url }
alert-line_trouble-subject = { $source } ({ $account }): { $messenger } reports a problem
alert-line_trouble-body = Reported about “{ $source }” since { $stamp }: { $reason }. Other sources are not affected. Open the source: { $url }
alert-chats_flooded-subject = { $source } ({ $account }): too many new chats
alert-chats_flooded-body = Visitors started more than { $most } chats within an hour in “{ $source }”; further ones are refused for now. Chats that have started are not affected. If your site is not unusually busy, it may be spam: ask for a name before the first message. Open the source: { $url }
alert-chats_held-subject = { $source } ({ $account }): { $count } new chats on hold
alert-chats_held-body = Customers started more chats in “{ $source }” within an hour than it accepts: { $count } chats are on hold. If they are not spam, release them; otherwise block them: { $url }
alert-business_off-subject = { $source } ({ $account }): { $who } switched the bot off
alert-business_off-body = “{ $source }” has received no messages from { $who }’s chats since { $stamp }. All other chats work. { $who } can switch the bot on again in the settings of { $messenger }. Then test the source: { $url }
alert-pipeline_archived-subject = { $source } ({ $account }): its pipeline is gone
alert-pipeline_archived-body = The pipeline of “{ $source }” was archived or deleted in { $crm }. Messages still reach their chats, but new leads of this source are not visible. Choose another pipeline: { $url }
alert-route_failed-subject =
    { $fault ->
        [undecided] { $account }: new enquiries are not distributed
       *[other] { $account }: rule “{ $rule }” does not work
    }
alert-route_failed-body =
    { $fault ->
        [stage_gone] The stage of the rule “{ $rule }” was deleted in { $crm }: new enquiries stay where they are. Choose another stage: { $url }
        [user_gone] The person of the rule “{ $rule }” has left { $crm }: the substitute gets new enquiries. Choose another person: { $url }
        [unanswered] The rule “{ $rule }” could not be carried out yet. It is tried again for a day and a half. If { $crm } works, check the rule: { $url }
        [undecided] New enquiries wait among incoming leads: the rules could not be applied to them. Parom keeps trying for a day and a half. If { $crm } works, check the account: { $url }
       *[other] { $crm } refused what the rule “{ $rule }” asks for: { $reason }. New enquiries go to the substitute. Check the rule: { $url }
    }
alert-sales_not_sent-subject = { $account }: sales do not reach { $target }
alert-sales_not_sent-body = { $target } did not accept a sale: { $reason }. Other targets and chats are not affected. Check the target, then send the sale again: { $url }
alert-limit_near-subject = { $account }: { $percent }% of a limit used: { $limit }
alert-limit_near-body = “{ $limit }” of account { $account } is at { $percent }% of the limit. Everything still works. Free some space, or ask support for more: { $url }
alert-limit_reached-subject = { $account }: limit reached: { $limit }
alert-limit_reached-body = “{ $limit }” of account { $account } is at { $percent }% of the limit. Messages from messengers and { $crm } continue as before; everything else over the limit is refused. Free some space, or ask support for more: { $url }
alert-plan_ending-subject = { $account }: the subscription to the service ends on { $date }
alert-plan_ending-body = Account { $account }’s subscription to this service ends on { $date }. Messages are delivered until { $until }; then they are received and wait here until renewal. Renew it, or write to support: { $url }
alert-plan_grace-subject = { $account }: the subscription to the service ended on { $date }
alert-plan_grace-body = Account { $account }’s subscription to this service ended on { $date }. Messages are still delivered until { $until }; then they are received and wait here until renewal. Renew it, or write to support: { $url }
alert-plan_ended-subject = { $account }: nothing is delivered, the subscription ended on { $date }
alert-plan_ended-body = Account { $account }’s subscription to this service ended on { $date }. Messages are received and wait here; after renewal they are delivered in order. Messages to customers wait for 24 hours, messages to { $crm } for 7 days. Renew it, or write to support: { $url }
alert-group-subject = { $account }: { $what } ({ $count })
alert-group-body = Since { $stamp }: { $sources }. All other sources work as before. See the list: { $url }
alert-group-more = { $count } more
alert-do-access = Connect again
alert-do-resume = Test and switch on
alert-do-held = Show chats on hold
alert-do-source = Open the source
alert-do-sources = Open the sources
alert-do-templates = Open the templates
alert-do-routing = Open the rules
alert-do-sales = Open the sales
alert-do-undelivered = Open “Undelivered”
alert-do-overview = Open the overview
alert-do-account = Open the account
alert-do-admin = Open the alerts
alert-several-subject =
    { $account }: { $count ->
        [one] { $count } alert
       *[other] { $count } alerts
    }
alert-several-vendor =
    { $count ->
        [one] Parom: { $count } alert of the vendor
       *[other] Parom: { $count } alerts of the vendor
    }
alert-why-vendor = You get this e-mail because alerts of the vendor go to { $email }. Change it: { $url }
alert-kind-undelivered = Messages were not delivered
alert-kind-late = Messages arrive late
alert-kind-source_blocked = A messenger blocks a bot or number
alert-kind-messenger_unreachable = A messenger is not answering
alert-kind-line_not_set = A messenger does not accept Parom’s address
alert-kind-line_failing = A messenger cannot pass on messages
alert-kind-chats_flooded = Visitors start too many chats on a site
alert-kind-chats_held = New chats are on hold
alert-kind-line_trouble = A messenger reports a problem with a bot or number
alert-kind-business_off = Someone switched the bot off in their chats
alert-kind-source_silent = A source is unusually quiet
alert-kind-token_expiring = A messenger’s token expires soon
alert-kind-pipeline_archived = The pipeline of a source is gone
alert-kind-route_failed = A routing rule does not work
alert-kind-sales_not_sent = Sales do not reach a target
alert-kind-crm_unreachable = { $crm } is not answering
alert-kind-limit_near = A limit is nearly reached
alert-kind-limit_reached = A limit is reached
alert-kind-plan_ending = The subscription to the service ends soon
alert-kind-plan_grace = The subscription to the service has ended
alert-kind-plan_ended = Delivery has stopped: the subscription has ended
alert-kind-source_stopped = A messenger no longer accepts the access of a source
alert-kind-webhook_suspended = Your own messenger’s server failed for 24 hours
alert-kind-source_gone = A source was deleted in { $crm }
alert-kind-needs_reauth = { $crm } does not renew the access
alert-kind-unpaid = { $crm } is not paid
alert-kind-blocked = { $crm } refuses all requests
alert-kind-found_in_history = Messages were found in { $crm }’s history
alert-kind-media_full = File storage is full
alert-kind-template_rejected = A messenger rejected a template
alert-kind-template_paused = A messenger stopped a template
alert-kind-template_changed = A messenger changed a template’s category or quality

## Alerts: the page

alerts-title = Alerts
alerts-col-alert = Alert
alerts-none = No open alerts.
alerts-earlier = Earlier alerts
alerts-taken = Acknowledged. You are not notified again for 4 hours.
alerts-muted = Muted until { $stamp }. The alert stays listed here.
alerts-letters = Where alerts go
alerts-letters-about = You are notified a minute after something breaks, again after 4 hours and when it is resolved, at most once an hour per problem. Alerts never contain message texts.
alerts-mail-off = E-mail alerts are off: this server has no mail set up. Alerts are shown here.
alerts-letters-to-me = Notify me by
alerts-email = Alerts go to { $email }.
alerts-email-hint = We send a code to this address first; alerts start once you confirm it.
alerts-kinds = Alert types
alerts-group-chosen =
    { $off ->
        [0] all on
       *[other] { $on } of { $all } on
    }
alerts-group-messages = Messages
alerts-group-messages-about = A message does not reach a customer or a manager, or reaches them late.
alerts-group-sources = Messengers and sources
alerts-group-sources-about = A messenger stops or blocks one of your sources.
alerts-group-account = Account and subscription
alerts-group-account-about = { $crm } refuses the account, or a limit or the subscription ends.
alerts-group-templates = Templates
alerts-group-templates-about = A messenger rejects, stops or changes a template.
alerts-readers = Who gets alerts
alerts-no-address = no address
alerts-switch-on = Turn on e-mail
alerts-switch-off = Turn off e-mail
alerts-switched-on = { $name } gets alerts by e-mail now.
alerts-switched-off = { $name } no longer gets alerts by e-mail.
alerts-code = Code from the e-mail to { $email }
alerts-code-confirm = Confirm address
alerts-code-sent = A code was sent to { $email }. It is valid for 10 minutes.
alerts-code-unsent = The e-mail with the code was not sent: the mail server refused it. Check the address.
alerts-code-wrong = This is not the code from the latest e-mail.
alerts-code-gone = The code has expired. Save the address again to get a new one.
alerts-code-wait =
    Too many codes. Next one in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
alerts-address-proved = Alerts go to { $email } from now on.
alerts-channel-email = E-mail
alerts-channel-chat = Telegram
alerts-channel-push = Browser
alerts-push-about = Get alerts as notifications of this browser, also while the panel is closed.
alerts-push-on = Switch on in this browser
alerts-push-remove = Switch off
alerts-push-here = this browser
alerts-push-added = Alerts are shown in { $name } from now on.
alerts-push-removed = Alerts are no longer shown in { $name }.
alerts-push-denied = This browser blocks notifications from this page. Allow them in its settings for this site, then try again.
alerts-push-failed = The browser’s notification service did not answer. Try again later.
alerts-push-unsupported = This browser cannot show notifications.
alerts-push-framed = You cannot switch on notifications inside { $crm }. Open the panel in its own browser tab.
alerts-push-scripts = Notifications need JavaScript.
alerts-push-damaged = The browser did not send everything notifications need. Try again.
alerts-push-most = Alerts already show in { $most } of your browsers. Switch one off first.
alerts-push-wait = Too many attempts. Try again in a minute.
alerts-push-browser = Browser
alerts-channel-webhook = Webhook
alerts-choose-kinds = Choose alerts
alerts-of-person = What { $name } is notified about
alerts-chat-about = Link a chat or group with our bot to get alerts there at once.
alerts-chat-on = Linked
alerts-chat-link = Link a chat
alerts-chat-again = Link another chat
alerts-chat-unlink = Unlink the chat
alerts-chat-asked = The code is shown below. It is valid for 15 minutes.
alerts-chat-code = Open the chat with @{ $bot } and press “Start”, or send it this code. It is valid until { $stamp }. For a group, add the bot to it first.
alerts-chat-open = Open Telegram
alerts-chat-look = I have sent it
alerts-chat-unlinked = The chat is unlinked and gets no more alerts.
alerts-chat-away = Telegram is not answering. Try again in a minute.
alerts-chat-wait = Too many codes. Try again in a minute.
alerts-chat-blocked = Your chat gets no more alerts: the bot was blocked or removed there. Unblock it and link the chat again.
alerts-chat-stopped = Your chat gets no more alerts: someone wrote /stop there. Link it again to get them.
alerts-webhook-about = Parom sends each alert and its resolution to your own program as signed JSON.
alerts-webhook-url = Address of your program
alerts-webhook-not-url = An address looks like https://example.com/alerts.
alerts-webhook-secret = Saved. This secret signs each request; store it in your program.
alerts-webhook-remove = Remove the webhook
alerts-webhook-removed = The webhook is removed.
alerts-webhook-trouble = Requests have failed since { $stamp }: { $reason } Each alert is retried for 24 hours.
alert-chat-linked = This chat is linked and will get alerts. To stop them, write /stop.
alert-chat-how = This bot reports trouble between messengers and the CRM. To link this chat, press “Link a chat” here: { $url }/panel/alerts
alert-chat-stopped = This chat gets no more alerts. To get them again, link it once more in the panel under “Alerts”.
mail-alert-code-subject = { $code } is your code for e-mail alerts
mail-alert-code-body = Someone wants alerts of account { $account } to go to this address. If it was you, enter this code in the panel: { $code } If not, do nothing: without the code, no e-mails are sent.
alert-task_failing-subject = A background task of Parom keeps failing: { $task }
alert-task_failing-body = It was restarted three times within a minute and has not run for a full minute since, so its work is not being done. Error: { $said }. /readyz of this process answers 503. Next step: restart the process; if that does not help, keep its log and report it.
