## Common words and buttons

common-save = Save
common-cancel = Cancel
common-back = Back
common-next = Continue
common-copy = Copy
common-edit = Edit
common-not-done = Not done yet
common-copied = Copied
common-file-choose = Choose a file
common-file-drop = or drop it here
common-any-day = Any day
common-details = Details
common-try-again = Try again
common-refresh = Refresh
common-older = Older
common-newer = Newer
common-filter = Apply filter
common-filter-clear = Clear filter
common-must = Fields marked with * are required.
common-loading = Loading…
common-live = Updates automatically · { $stamp }
common-as-of = As of { $stamp }
common-live-lost = No connection to Parom. You see the data as of { $stamp }.
common-saved = Saved.
common-not-saved =
    Not saved: correct { $errors ->
        [one] one field
       *[other] { $errors } fields
    }.
common-secret-set = Saved, ends in { $last4 }. Leave empty to keep it.
common-secret-once = Copy it now: it is not shown again.
common-skip = Skip to content
common-help = Help
common-contact-support = Write to support
common-support-number = Support reference: { $request_id }
common-total =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    }

## Navigation

nav-overview = Overview
nav-sources = Sources
nav-messages = Messages
nav-undelivered = Undelivered
nav-reports = Reports
nav-import = Import
nav-templates = Templates
nav-keys = Keys and webhooks
nav-team = Team
nav-audit = Audit log
nav-data = Your data
nav-account = { $crm } account
nav-sign-out = Sign out

## Time

time-now = just now
time-within-minute = within a minute
time-minutes-ago =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
time-in-minutes =
    { $count ->
        [one] in { $count } minute
       *[other] in { $count } minutes
    }
time-today-at = today at { $clock }
time-yesterday-at = yesterday at { $clock }
time-days-left =
    { $count ->
        [one] { $count } day left
       *[other] { $count } days left
    }
time-tomorrow-at = tomorrow at { $clock }
time-month =
    { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    }
time-day = { $day } { $month }
time-day-year = { $day } { $month } { $year }
time-day-at = { $date } at { $clock }
time-day-stamp = { $date }, { $clock }
time-span-milliseconds = { $count } ms
time-span-seconds = { $count } s
time-span-minutes = { $count } min
time-span-hours = { $count } h
time-span-days = { $count } d
common-error-mark = Error:
common-text-hidden = Text is hidden
common-actions = Actions
common-on = On
common-done = Done
common-pages = Pages
common-close = Close
common-new-tab = (opens in a new tab)
common-since = since
common-number = { $number }
common-percent = { $percent }%
common-language = Language
common-machine-made = Translated by a machine; no native speaker has read it yet
nav-label = Sections
nav-menu = Menu
nav-conversations = Chats
nav-count-alerts =
    { $count ->
        [one] { $count } open alert
       *[other] { $count } open alerts
    }
nav-count-undelivered =
    { $count ->
        [one] { $count } undelivered message
       *[other] { $count } undelivered messages
    }

## Keys

palette-open = Search
palette-label = Page, setting, phone, name, message or chat ID
palette-search = Search messages for
palette-none = Nothing has this name. Search finds pages, settings, sources, customers by name or phone, and messages by ID.
palette-page = page
palette-source = source
palette-setting = setting
palette-message = message
palette-chat = chat
palette-customer = customer
palette-keys = Press “/” to search, “j” and “k” to move through a list.
palette-keys-off = Turn off single-key shortcuts
palette-keys-on = Turn on single-key shortcuts
nav-group-work = Work
nav-group-setup = Set-up
nav-group-account = Account
nav-alerts = Alerts
