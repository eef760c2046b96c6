### Taking a line over from another service

source-tab-takeover = Takeover
takeover-checks = Before the switch
takeover-changes = What changes
takeover-col-check = Check
takeover-col-found = Found
takeover-status-ok = Fine
takeover-status-warn = Note
takeover-status-fail = Not yet
takeover-checked-account = Account
takeover-checked-access = Access at the messenger
takeover-checked-webhook = Messages arrive
takeover-checked-others = Other services
takeover-checked-source = Source in { $crm }
takeover-checked-default = Default source
takeover-checked-templates = Templates
takeover-checked-window = Answers without a template
takeover-check-fine = all is well
takeover-check-webhook-unset = Parom’s address is not registered; wait five minutes for the next check
takeover-check-webhook-failing = the messenger’s calls to Parom fail
takeover-check-others = { $names }
takeover-check-others-none = the messenger shows no other service; whoever answers on this line must stop by hand
takeover-check-window = only within the messenger’s time after the customer’s last message
takeover-check-source = it is created by the switch
takeover-check-source-known = it is there already and is used
takeover-check-default = “{ $source }” stays it
takeover-check-default-none = the account has none; choose one after the switch
takeover-check-templates = { $count ->
    [0] all can be sent
    [one] one of the messenger’s cannot be sent yet
   *[other] { $count } of the messenger’s cannot be sent yet
  }
takeover-other-by_call = { $name }: Parom switches it off, and on again on the way back.
takeover-other-by_registering = { $name }: the line’s only address becomes Parom’s. On the way back it gets it again.
takeover-other-by_hand = { $name }: the messenger lets nobody but its owner remove it. Remove it there within 15 minutes after the start; until then it keeps the line.
takeover-other-secret = The messenger does not show its secret, so after the way back its owner must register its address again if it checks one.
takeover-other-stays = It answers nobody on this line: leave it
takeover-stays = Stays, as was decided.
takeover-trouble = Could not be put back: { $reason }
takeover-put-back-by-hand = A person adds it again at the messenger.
takeover-change-source = { $crm } gets the source “{ $source }”.
takeover-change-chats = { $count ->
    [0] The shadow has seen no chat yet.
    [one] One chat was seen. If its contact was found, it goes on with that contact, with its last messages as history.
   *[other] { $count } chats were seen. Those whose contact was found go on with that contact, with their last messages as history.
  }
takeover-change-back = For a day everything can be put back as it was.
takeover-start = Switch now
takeover-not-ready = Something speaks against the switch.
takeover-begun = The switch has begun.
takeover-back = Give the line back
takeover-back-until = Possible until
takeover-back-begun = The line is being given back.
takeover-state-switching = Being switched
takeover-state-switched = Taken over
takeover-state-rolling_back = Being undone
takeover-state-rolled_back = Undone
takeover-state-returning = Being given back
takeover-state-returned = Given back
takeover-step-compare = the days before are compared
takeover-step-mirror = the source is created in { $crm }
takeover-step-switch_off = the other services are switched off
takeover-step-begin = the source begins to send
takeover-step-history = earlier messages become history
takeover-step-settle = what came during the switch is checked
takeover-step-stop = the source stops
takeover-step-put_back = the other services are put back
takeover-step-settle_back = what came on the way back is checked
takeover-step-unmirror = the source leaves { $crm }
takeover-step-done = everything is done
takeover-waits = Waits until { $names } no longer receives.
takeover-failed = Step “{ $step }” failed: { $reason }
takeover-begun-by = Begun by
takeover-switched-at = Switched
takeover-returned-at = As before again
takeover-others = Other services
takeover-hour = First hour
takeover-day = First day
takeover-so-far = so far
takeover-received = Customers’ messages
takeover-in-crm = Of them in { $crm }
takeover-written = Managers’ messages
takeover-sent = Of them sent
takeover-failures = Failed
takeover-waiting = Waiting
takeover-as-history = Earlier messages as history
takeover-during = Messages that came during the switch
takeover-others-since = { $crm } since then, by the other services’ channels
takeover-others-figures = { $received } received, { $sent } sent
takeover-days = The days before, beside { $crm }
takeover-report = Report of the takeover
takeover-report-csv = Download as CSV
takeover-figures = Since the switch
takeover-none = No line has been taken over yet.
takeover-admin = Takeovers
takeover-admin-source = Source
takeover-admin-account = Account
takeover-admin-state = State
takeover-admin-begun = Begun
audit-did-source-switching = Switch of a source begun
audit-did-source-switched = Line taken over from another service
audit-did-source-rolled_back = Switch of a source undone, a step failed
audit-did-source-returning = Line is given back to another service
audit-did-source-returned = Line given back to another service
