### Plans of accounts, on the vendor’s pages

admin-plan = Plan
admin-plan-none = No plan
admin-plan-unknown = { $plan } (no longer in the configuration)
admin-plan-trial = Trial until
admin-plan-paid = Paid until
admin-plan-hint = The last day, in UTC; leave empty for no end. A paid plan replaces the trial. After the last day, messages are still delivered for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }, then held until you enter a later day.
admin-plan-saved = Saved.
admin-plan-wrong = Enter a date like 2026-12-31, or leave the field empty. Nothing was changed.
admin-plan-ended-says = The subscription has ended: messages are received and wait, but are not delivered. Enter a later day to release them in order.
admin-usage = Messages this month
admin-usage-to-crm = To { $crm }
admin-usage-to-messenger = To customers
admin-usage-none = No messages this month.
