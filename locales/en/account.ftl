## amoCRM account and access

account-access = Access to { $crm }
account-allow-again = Reauthorize
account-allow-again-hint = Sources, chats and settings stay as they are.

## Data: export and delete

data-kept = What is kept and how long
data-retention = Keep message texts for
data-retention-usual =
    { $days ->
        [one] { $days } day (default)
       *[other] { $days } days (default)
    }
data-retention-days =
    { $days ->
        [0] Don’t keep (erase after delivery)
        [one] { $days } day
       *[other] { $days } days
    }
data-retention-hint = Counted from the day a message is delivered or fails. Messages that are waiting or can be sent again keep their text; nothing changes in { $crm }.
data-retention-saved = Saved. Older texts are erased within a day.
data-forget-person = Erase a customer’s data
data-forget-person-hint = By phone or chat ID. Chats and contacts in { $crm } stay: delete them there.
data-forget-person-confirm =
    Will be erased: { $messages ->
        [one] { $messages } message
       *[other] { $messages } messages
    } and { $files ->
        [0] no files
        [one] { $files } file
       *[other] { $files } files
    }. This cannot be undone.
data-forget-all = Erase all data of this account
data-forget-all-confirm =
    Type { $account } to confirm. { $sources ->
        [one] { $sources } source stops
       *[other] { $sources } sources stop
    } at once.
data-erased = Erased. The certificate with counts is in the audit log.
account-title = Account
account-state = State
account-by = Granted by
account-user = user { $id }
account-not-admin = not an administrator
account-renewed = Renewed
account-next = Renewed next
account-who-may = An owner or administrator can reauthorize.
account-address = Address
account-name = Name
account-number = Account ID
account-zone = Time zone
account-default = Default source
account-no-default = Not chosen
account-strays =
    { $crm } has { $count ->
        [one] { $count } source
       *[other] { $count } sources
    } of this integration that Parom did not create.
account-strays-open = View them
account-channels = Channels
account-no-channels = No channel is connected yet.
account-updates = Contact updates
account-updates-on = Received instantly
account-updates-off = Not requested
account-updates-refused = Not available
account-updates-on-about = { $crm } notifies Parom when a contact is renamed, merged or deleted, and when a chat moves to another contact.
account-updates-off-about = Parom requests them from { $crm } as soon as the account is connected.
account-updates-refused-about = { $crm } does not send these updates for this account, for example because its plan has no webhooks. Nothing is lost: a change shows when someone opens the chat. Parom asks again daily.
account-updates-checked = checked { $time }
account-channel-not-allowed = { $crm } has not opened this channel for the account yet. Support has been notified and needs to add account { $account }.
data-col-class = What
data-col-term = How long
data-kept-messages = Messages: who wrote to whom, and when
data-kept-messages-term =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }. Chats and customers: until you erase them here
data-kept-texts = Texts and contents of messages
data-kept-texts-term =
    { $days ->
        [0] Not kept: erased as soon as the message is delivered
        [one] { $days } day after they arrived or failed
       *[other] { $days } days after they arrived or failed
    }
data-kept-files = Files: photos, voice messages, documents
data-kept-files-term =
    { $days ->
        [0] Not kept: erased the day after the message is delivered
        [one] { $days } day after they arrived
       *[other] { $days } days after they arrived
    }
data-kept-hooks = Raw incoming requests
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
data-kept-access-term = Encrypted while in use; erased within 24 hours after you switch off the integration
data-kept-sessions = Sign-ins to the panel
data-kept-sessions-term = 12 hours of inactivity, 30 days at most
data-kept-audit = Audit log
data-kept-audit-term =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
data-kept-proofs = Erasure certificates
data-kept-proofs-term = Permanently: numbers only, no customer data
data-export-title = Export data
data-export-hint = One file with everything in this account: chats, messages, sources, audit log. One JSON object per line; no secrets.
data-agreement = Data processing agreement
data-agreement-given = Accepted: { $who }, { $time }, version { $version }.
data-agreement-administrator = An administrator
data-agreement-missing = No one has accepted the agreement yet. An administrator can do so in the integration’s window in { $crm }.
data-agreement-changed = The text has changed since.
data-export-button = Download everything
data-who = Phone number or chat ID
data-who-wrong = Enter a whole phone number with its country code, such as +7 915 111-22-33, or a chat ID.
data-none-found = Nothing found for this number or chat.
data-forget-count = Find data
data-forget-person-title = Erase this customer’s data?
data-forget-chats =
    Found for “{ $who }”: { $chats ->
        [0] no chats
        [one] { $chats } chat
       *[other] { $chats } chats
    }.
data-forget-possible = In these chats the number is written without a country code, so it may be someone else’s. They are not erased; open a chat and erase it by its ID if it is this customer’s.
data-forget-stays = Chats and contacts in { $crm } stay.
data-customer-export = Download this customer’s data
data-forget-button =
    { $messages ->
        [one] Erase { $messages } message
       *[other] Erase { $messages } messages
    }
data-forget-all-hint = Erases this account’s sources, chats, messages, keys and team from Parom and disconnects the channel. Chats in { $crm } stay. This cannot be undone.
data-gone-title = All data of the account is erased
data-gone = All data of { $account } is erased. Certificate: { $proof }.
data-left = Parom could not yet remove its webhook from these lines and keeps trying for 7 days. Until then, their messengers may keep sending messages; Parom does not store their texts. To stop them yourself:
data-left-given-up = Parom could not remove its webhook from these lines. Their messengers may keep sending messages; Parom does not store their texts. To stop them:
left-line-avito = Remove the webhook with the method unsubscribe of Avito’s Messenger API, or create a new API key.
left-line-facebook = In the page’s settings, open the connected apps and remove the app.
left-line-instagram = In Instagram’s settings, open “Apps and websites” and remove the app.
left-line-max = Remove the subscription with the method DELETE /subscriptions of the MAX API, or change the bot’s token.
left-line-telegram = Remove the webhook with the method deleteWebhook of the Bot API, or connect the bot to another service.
left-line-vk = In the community, open Manage, API usage, Callback API, and remove the server “Parom”.
left-line-whatsapp = In Meta’s business settings, open the WhatsApp account and remove the connected app.
left-line-other = Remove the webhook with Parom’s address at the messenger.

## Messages that did not come

account-lost = Missed messages
account-lost-about = { $crm } notifies Parom of each manager message only once. Messages missed during an outage stay in { $crm }’s history; Parom checks it every hour and after each outage.
account-lost-look = Look for missed messages
account-lost-looked = Parom is checking the chats of the last 48 hours. Messages it finds appear here.
account-lost-looking = Parom is checking now.
account-lost-last =
    Last check { $time }: { $chats ->
        [0] no chats
        [one] { $chats } chat
       *[other] { $chats } chats
    }, { $found ->
        [0] nothing was missing
        [one] { $found } message was missing
       *[other] { $found } messages were missing
    }.
account-lost-never = The first check runs within an hour.
account-lost-found =
    { $count ->
        [one] { $count } message found so far.
       *[other] { $count } messages found so far.
    }
account-lost-waiting =
    { $count ->
        [one] { $count } found message waits for a decision: send it or remove it.
       *[other] { $count } found messages wait for a decision: send them or remove them.
    }
limits-title = Limits
limits-hint = Requests over a limit are refused, with the reason and the time to try again. Limits never stop messages from messengers or { $crm }.
limits-full = used up
limits-sources = Sources
limits-stored = Stored in total
limits-files = Files
limits-visitors = Files of web chat visitors
limits-imports = Imports in progress
limits-imports-size = Files of these imports
limits-requests = Requests per second per API key
limits-key-day = Data per day per API key
limits-messages = Messages this month
limits-used = { $used } of { $most }
limits-used-free = { $used }, no limit
limits-most = at most { $most }
limits-free = no limit
