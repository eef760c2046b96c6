## amoCRM account and access

account-access = Access to { $crm }
account-allow-again = Allow access again
account-allow-again-hint = Sources, chats and settings stay as they are.

## Data: export and delete

data-title = Your data
data-kept = What is kept and how long
data-retention = Keep message texts for
data-retention-usual =
    { $days ->
        [one] { $days } day, as usual
       *[other] { $days } days, as usual
    }
data-retention-days =
    { $days ->
        [0] no longer than they are needed
        [one] { $days } day
       *[other] { $days } days
    }
data-retention-hint = Counted from the day on which they arrived or failed. What still waits, or can be sent again, keeps its text. In { $crm } nothing changes.
data-retention-saved = Saved. Texts that are older are erased within a day.
data-forget-person = Erase one customer
data-forget-person-hint = By phone or chat. Chats and contacts in { $crm } stay: erase them there.
data-forget-person-confirm =
    Will be erased: { $messages ->
        [one] { $messages } message
       *[other] { $messages } messages
    } and { $files ->
        [0] no files
        [one] { $files } file
       *[other] { $files } files
    }. This cannot be undone.
data-forget-all = Erase everything of this account
data-forget-all-confirm =
    Type { $account } to confirm. { $sources ->
        [one] { $sources } source stops
       *[other] { $sources } sources stop
    } at once.
data-erased = Erased. The certificate with counts is in the audit log.
account-title = The account
account-state = State
account-by = Given by
account-user = user { $id }
account-not-admin = not an administrator
account-renewed = Renewed
account-next = Renewed next
account-who-may = Owners and administrators can allow access again.
account-address = Address
account-number = Account number
account-zone = Time zone
account-default = Default source
account-no-default = Not chosen
account-strays =
    { $crm } has { $count ->
        [one] { $count } source
       *[other] { $count } sources
    } of this integration that Parom did not make.
account-strays-open = Look at them
account-channels = Channels
account-no-channels = No channel is connected yet.
account-told = Changes of contacts
account-told-on = told at once
account-told-off = not asked for
account-told-refused = not told
account-told-on-about = { $crm } tells Parom when a contact is renamed, joined or deleted and when a chat moves to another one.
account-told-off-about = Parom asks { $crm } for it as soon as the account is connected.
account-told-refused-about = { $crm } does not tell this account’s integrations, as plans without webhooks do not. Nothing is lost: a change is seen when somebody opens the chat. Parom asks again daily.
account-told-checked = looked at { $time }
account-channel-not-allowed = { $crm } has not opened this channel for the account yet. The vendor has been told: account { $account } must be added.
data-col-class = What
data-col-term = How long
data-kept-messages = Messages: who wrote when to whom
data-kept-messages-term =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }. Chats and customers: until you erase them here
data-kept-texts = Texts and contents of messages
data-kept-texts-term =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    } after they arrived or failed
data-kept-hooks = Calls as they came
data-kept-hooks-term =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
data-kept-undelivered = Undelivered messages
data-kept-undelivered-term =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }, or until they are sent again, removed or erased
data-kept-access = Access to { $crm } and to messengers
data-kept-access-term = Sealed, while it is in use; erased within 24 hours after the integration is switched off
data-kept-sessions = Sign-ins to the panel
data-kept-sessions-term = 12 hours without action, at most 30 days
data-kept-audit = Audit log
data-kept-audit-term =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
data-kept-proofs = Certificates of erasures
data-kept-proofs-term = For good: numbers only, no customer’s data
data-export-title = Take your data out
data-export-hint = One file with everything of this account: chats, messages, sources, log. One JSON object a line; secrets are not in it.
data-export-button = Download everything
data-who = Phone number or chat
data-nobody = Nobody is found by this number or chat.
data-forget-count = Count
data-forget-person-title = Erase this customer?
data-forget-chats =
    Found by “{ $who }”: { $chats ->
        [0] no chats
        [one] { $chats } chat
       *[other] { $chats } chats
    }.
data-forget-stays = Chats and contacts in { $crm } stay.
data-forget-button =
    { $messages ->
        [one] Erase { $messages } message
       *[other] Erase { $messages } messages
    }
data-forget-all-hint = Sources, chats, messages, keys and the team of this account are erased in Parom, the channel is disconnected. Chats in { $crm } stay. This cannot be undone.
data-gone-title = The account is erased
data-gone = Everything of { $account } is erased. Certificate: { $proof }.

## Messages that did not come

account-lost = Messages that did not come
account-lost-about = { $crm } tells Parom of each message of a manager once. What did not come because of an interruption stands in { $crm }’s history: Parom looks there every hour and after each interruption.
account-lost-look = Look for lost messages
account-lost-looked = Parom looks through the chats of the last 48 hours now. What it finds is shown here.
account-lost-looking = Parom is looking now.
account-lost-last =
    Last look { $time }: { $chats ->
        [0] no chats
        [one] { $chats } chat
       *[other] { $chats } chats
    }, { $found ->
        [0] nothing was missing
        [one] { $found } message was missing
       *[other] { $found } messages were missing
    }.
account-lost-never = The first look comes within an hour.
account-lost-found =
    { $count ->
        [one] { $count } message was found so far.
       *[other] { $count } messages were found so far.
    }
account-lost-waiting =
    { $count ->
        [one] { $count } found message waits for a decision: send it or remove it.
       *[other] { $count } found messages wait for a decision: send them or remove them.
    }
limits-title = Limits
limits-hint = Requests beyond a limit are refused with the reason and the time at which to try again; messages from messengers and from the CRM are never refused because of limits.
limits-full = used up
limits-sources = Sources
limits-stored = Stored in total
limits-files = Files
limits-visitors = Files of web chat visitors
limits-imports = Imports in progress
limits-imports-size = Their files
limits-requests = Requests a second per API key
limits-key-day = Data a day per API key
limits-used = { $used } of { $most }
limits-used-mb = { $used } of { $most } MB
limits-used-free = { $used }, no limit
limits-used-mb-free = { $used } MB, no limit
limits-most = at most { $most }
limits-most-mb = at most { $most } MB
limits-free = no limit
