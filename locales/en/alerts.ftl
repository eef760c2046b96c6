## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): stopped, connect again
alert-source_stopped-body =
    Source “{ $source }” does not work since { $stamp }: { $messenger } no longer accepts its access. Reason: { $reason }. Customers’ messages do not arrive; { $waiting ->
        [0] no messages are waiting
        [one] { $waiting } manager message is waiting
       *[other] { $waiting } manager messages are waiting
    } here. Press “Connect again”: { $url }
alert-source_blocked-subject = { $source } ({ $account }): blocked by { $messenger }
alert-source_blocked-body = “{ $source }” is blocked by { $messenger } since { $stamp }. Nothing is sent or received. Open the messenger’s notice and answer it; other sources are not affected. { $url }
alert-source_silent-subject = { $source } ({ $account }): unusually quiet
alert-source_silent-body =
    The last message of “{ $source }” came { $time }, at this hour there are usually { $usual ->
        [one] { $usual } message
       *[other] { $usual } messages
    } an hour. Parom’s checks pass. Write to it from your own phone or press “Test source”: { $url }
alert-source_moved-subject = { $source } ({ $account }): messages go elsewhere
alert-source_moved-body = Since { $stamp } { $messenger } sends the messages of “{ $source }” to { $host }. Somebody connected the same bot or number to another service. To get them back press “Connect again”: { $url }
alert-source_trouble-subject = { $source } ({ $account }): { $messenger } reports a problem
alert-source_trouble-body = { $messenger } reports a problem of “{ $source }” since { $stamp }: { $reason }. The source’s page: { $url }
alert-source_gone-subject = { $source } ({ $account }): deleted in { $crm }
alert-source_gone-body = The source “{ $source }” was deleted in { $crm }. Messages keep coming, but new leads get the default source “{ $default }”. Press “Create in { $crm } again”: { $url }
alert-needs_reauth-subject = { $account }: allow access to { $crm } again
alert-needs_reauth-body = { $crm } does not renew the access of account { $account } since { $stamp }. Messages still go both ways. Sources, pipelines and templates cannot be changed until an administrator presses “Allow access again”: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): access ends in { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
alert-token_expiring-body = The { $messenger } token of “{ $source }” is valid until { $stamp }. Everything works now. Issue a permanent token and paste it: { $url }
alert-unpaid-subject = { $account }: { $crm } is not paid, messages wait
alert-unpaid-body =
    { $crm } takes no messages of account { $account } since { $stamp }. { $waiting ->
        [one] { $waiting } message waits
       *[other] { $waiting } messages wait
    } here and will be kept until { $until }. After payment they arrive in order, nothing needs to be pressed.
alert-crm_unreachable-subject = { $account }: { $crm } is not answering for { $duration }
alert-crm_unreachable-body =
    { $waiting ->
        [one] { $waiting } customer message waits
       *[other] { $waiting } customer messages wait
    } in Parom. Parom tries again by itself and keeps the order. A second letter comes when it works again.
alert-undelivered-subject =
    { $source } ({ $account }): { $count ->
        [one] { $count } message was not delivered
       *[other] { $count } messages were not delivered
    }
alert-undelivered-body = Since { $stamp }, source “{ $source }”. Most frequent reason: { $reason } Managers see it in the cards. The list and “Send again”: { $url }
alert-late-subject = { $account }: messages arrive late, up to { $delay }
alert-late-body =
    { $waiting ->
        [one] { $waiting } message is waiting
       *[other] { $waiting } messages are waiting
    }, the oldest since { $stamp }. Cause: { $reason } Nothing is lost.
alert-webhook_suspended-subject = { $source } ({ $account }): your server has not answered for 24 hours
alert-webhook_suspended-body =
    Parom stopped calling { $host }. { $waiting ->
        [one] { $waiting } event waits
       *[other] { $waiting } events wait
    }; after { $until } they go to “Undelivered”. Fix the server and press “Test and switch on”: { $url }
alert-template_rejected-subject = Template “{ $template }” ({ $account }): the messenger rejected it
alert-template_rejected-body = The messenger’s reason: { $reason } Copy the template, correct it and send it for review again: { $url }
alert-template_paused-subject = Template “{ $template }” ({ $account }): the messenger stopped it
alert-template_paused-body = It cannot be sent for now. The messenger’s reason: { $reason } Use another template, or write a better one: { $url }
alert-template_changed-subject = Template “{ $template }” ({ $account }): the messenger rates it differently
alert-template_changed-body = Its category is now { $category }, its quality { $quality }. Another category has another price; bad quality gets a template paused: { $url }
alert-resolved-subject = Resolved: { $subject }
alert-resolved-body = Over { $time }. It lasted { $duration }.
alert-acknowledge = I am on it
alert-mute =
    Mute for { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
alert-why = You get this letter because alerts of account { $account } go to { $email }. Change it: { $url }
alert-vendor_gap-subject = Ledger gap of { $gap } in { $source } ({ $host })
alert-vendor_gap-body = accepted { $accepted } ≠ delivered { $delivered } + failed { $failed } + waiting { $waiting }. Counted over the messages of the last nine days. Next step: keep the log of this time and report it; parom doctor --tenant { $tenant_id } shows the account.
alert-vendor_refused-subject =
    { $count ->
        [one] { $count } amoCRM call was refused
       *[other] { $count } amoCRM calls were refused
    }
alert-vendor_refused-body = Between { $from } and { $to } neither the database nor the spool took a write. Affected accounts are compared with chat history now. amoCRM does not repeat these calls.
alert-blocked-subject = { $account }: { $crm } refuses all requests, messages wait
alert-blocked-body =
    { $crm } refuses every request of account { $account } since { $stamp }. { $waiting ->
        [0] No messages wait
        [one] { $waiting } message waits
       *[other] { $waiting } messages wait
    } here, each is kept for 7 days. Ask the support of { $crm } why; Parom goes on asking and sends what waits in order: { $url }
alert-media_full-subject = { $account }: no room for more files
alert-media_full-body = Files of account { $account } fill their { $most } MB since { $stamp }. Messages go on; instead of a new file there is a line that says so. Files that are old enough are deleted by themselves. For more room write to the service: { $url }
alert-found_in_history-subject =
    { $account }: { $count ->
        [one] { $count } message was found in { $crm }’s history
       *[other] { $count } messages were found in { $crm }’s history
    }
alert-found_in_history-body =
    Managers wrote, and nothing told Parom of it in time: there was an interruption. { $held ->
        [0] All of it is on its way to the customers now.
        [one] { $held } message is older than 15 minutes and waits for your decision.
       *[other] { $held } messages are older than 15 minutes and wait for your decision.
    } Send or remove: { $url }
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
alert-why-vendor = You get this letter because alerts of the vendor go to { $email }. Change it: { $url }
alert-kind-source_stopped = A messenger no longer accepts the access of a source
alert-kind-webhook_suspended = Your own messenger’s server failed for 24 hours
alert-kind-source_gone = A source was deleted in { $crm }
alert-kind-needs_reauth = { $crm } does not renew the access
alert-kind-unpaid = { $crm } is not paid
alert-kind-blocked = { $crm } refuses all requests
alert-kind-found_in_history = Messages were found in { $crm }’s history
alert-kind-media_full = Files fill their room
alert-kind-template_rejected = A messenger rejected a template
alert-kind-template_paused = A messenger stopped a template
alert-kind-template_changed = A messenger changed a template’s category or quality

## Alerts: the page

alerts-title = Alerts
alerts-none = No open alerts.
alerts-taken = You are on it. No letter comes for 4 hours.
alerts-muted = Muted until { $stamp }. The alert still stands here.
alerts-letters = Letters
alerts-letters-about = A letter comes a minute after something breaks, once more after 4 hours, and when it is over. Texts of messages are never in it.
alerts-mail-off = No letters leave: the vendor has not set up a mail server. Alerts are shown here.
alerts-letters-to-me = Send me letters about alerts
alerts-email = Letters go to { $email }.
alerts-email-hint = A code goes to this address, then letters do.
alerts-kinds = About what
alerts-readers = Who gets letters
alerts-no-address = has given no address
alerts-switch-on = Send letters
alerts-switch-off = Send no letters
alerts-switched-on = { $name } gets letters.
alerts-switched-off = { $name } gets no letters.
alerts-code = Code from the letter to { $email }
alerts-code-confirm = Confirm address
alerts-code-sent = A code was sent to { $email }. It is valid for 10 minutes.
alerts-code-unsent = The letter with the code did not leave, the mail server refused it. Look at the address.
alerts-code-wrong = This is not the code of the last letter.
alerts-code-gone = The code has run out. Save the address again, a new one comes.
alerts-code-wait =
    Too many codes. Next one in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
alerts-address-proved = Letters go to { $email } from now on.
mail-alert-code-subject = { $code } is the code for letters about alerts
mail-alert-code-body =
    Somebody wants alerts of account { $account } to go to this address. If it was you, enter this code in the panel:

    { $code }

    If not, do nothing: without the code no letters come.
alert-task_failing-subject = A background task of Parom keeps failing: { $task }
alert-task_failing-body = It was restarted three times within a minute and has not run for a whole minute since; its work is not done meanwhile. Error: { $said }. /readyz of this process answers 503. Next step: restart the process; if that does not help, keep its log and report it.
