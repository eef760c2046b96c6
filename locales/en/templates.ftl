## Templates

templates-empty-title = No templates yet
templates-empty = A template is a prepared text that managers choose in a chat and Salesbot can send.
templates-new = New template
templates-name = Name
templates-language = Language
templates-category = Category
templates-category-utility = Utility
templates-category-marketing = Marketing
templates-category-authentication = Authentication
templates-body = Text
templates-examples = Example values (required by WhatsApp)
templates-send-review = Send for review
templates-review-note = WhatsApp usually answers within a day. A template in review cannot be edited.
templates-reject-reason = WhatsApp’s reason: { $reason }
templates-copy-to-edit = Copy and correct
templates-away = { $crm } stores the templates but has not sent the list yet. They appear here as soon as it does.
templates-as-of = List received from { $crm } { $time }.
templates-col-changed = Changed
templates-kind = Messenger
templates-kind-plain = Any messenger
templates-kind-waba = WhatsApp Business
templates-kind-hint = Templates for official WhatsApp are reviewed by WhatsApp; the fields below are for them.
templates-waba = For WhatsApp
templates-header = Header
templates-footer = Footer
templates-markers-hint = Markers are filled in when the message is sent, for example {"{{"}contact.name{"}}"} or {"{{"}lead.id{"}}"}.
templates-marker-broken = A marker is not closed: write it as {"{{"}contact.name{"}}"}.
templates-marker-unknown = There is no marker { $marker }. Markers name a field of contact, lead, company, customer or profile (the manager), for example {"{{"}contact.name{"}}"}, {"{{"}contact.first_name{"}}"}, {"{{"}lead.id{"}}"}, {"{{"}lead.name{"}}"}, {"{{"}lead.price{"}}"}, {"{{"}company.name{"}}"}, {"{{"}profile.name{"}}"}; a field of your own by its ID: {"{{"}contact.cf.123{"}}"}; others are {"{{"}name{"}}"}, {"{{"}origin{"}}"}, {"{{"}current_date{"}}"}, {"{{"}rand{"}}"} and {"{{"}message_text{"}}"}.
templates-examples-hint = One marker per line: {"{{"}contact.name{"}}"} = Anna
templates-example-missing = Give an example for { $marker }: WhatsApp requires it.
templates-buttons = Buttons
templates-button-text = Button text
templates-button-url = URL
templates-buttons-hint = Without a URL, the button text comes back as the customer’s message. Empty rows are ignored.
templates-review = Review
templates-review-sent = The template is sent for review.
templates-locked = WhatsApp already has this template, so it cannot be changed. Copy it, correct the copy and send that for review.
templates-file = This template has a file. You can change it only in { $crm }.
templates-saved = “{ $name }” is saved.
templates-saved-known = “{ $name }” is saved and recognised as the messenger’s approved template: it can be sent.
templates-saved-unmatched = “{ $name }” is saved, but not recognised as the messenger’s template yet. “Template reviews” says what differs.
templates-delete = Delete template
templates-delete-confirm = Delete “{ $name }”? Managers and Salesbot in { $crm } can no longer choose it. Messages that were sent stay.
templates-deleted = “{ $name }” is deleted.

## Register of reviews

templates-register = Template reviews
templates-register-lead = The state of each template: at the messenger that reviews it, and in { $crm }.
templates-register-empty = No template has been sent for review yet.
templates-col-messenger = At the messenger
templates-col-crm = At { $crm }
templates-col-waits = Waits for
templates-quality = quality { $quality }
templates-waits-submit = being sent to the messenger
templates-waits-review = the messenger’s decision
templates-waits-tell = the outcome being reported to { $crm }
templates-next-try = next attempt
templates-again = Try now
templates-again-soon = Parom tries again within a few seconds.
template-stage-waiting = Not sent yet
template-stage-review = In review
template-stage-approved = Approved
template-stage-rejected = Rejected
template-stage-paused = Paused
template-stage-disabled = Disabled
template-stage-deleted = Deleted
template-reported-nothing = Not reported yet
template-reported-approved = Reported: approved
template-reported-rejected = Reported: rejected
template-reported-paused = Reported: paused
template-reported-unasked = { $crm } asked for no review
templates-bring = Bring templates in
templates-brought = { $count ->
    [0] Nothing new: every template that both sides have is known.
    [one] { $count } template was brought in and can be sent.
   *[other] { $count } templates were brought in and can be sent.
}
templates-unmatched = At the messenger alone
templates-unmatched-lead = The messenger has these templates, and { $crm } has none with the same name, language and text. The lists are compared every day, and with each message made from a template that is not known yet.
templates-col-why = What differs
templates-create = Create in { $crm }
templates-from-messenger = The messenger has approved this text with these numbered variables. Put a marker of { $crm } in the place of each, in the same order, and change nothing else: then it can be sent at once.
template-match-language = “{ $template }” in { $crm } has another language.
template-match-text = “{ $template }” in { $crm } has another text, or its variables come in another order.
template-match-headline = “{ $template }” in { $crm } has another headline.
template-match-absent = { $crm } shows Parom no template of this name or text. One of another integration is recognised by the first message made from it.
