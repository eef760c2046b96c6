## Templates

templates-title = Message templates
templates-empty = A template lets you write first and answer after 24 hours in WhatsApp.
templates-new = New template
templates-name = Name
templates-language = Language
templates-category = Category
templates-category-utility = Utility
templates-category-marketing = Marketing
templates-category-authentication = Authentication
templates-body = Text
templates-examples = Example values (WhatsApp asks for them)
templates-send-review = Send for review
templates-review-note = WhatsApp usually answers within a day. A template in review cannot be edited.
templates-reject-reason = WhatsApp’s reason: { $reason }
templates-copy-to-edit = Copy and correct
