## The letter by which a Chats API channel is registered (`parom channel request`)

channel-letter-subject = Registration of a Chats API channel: { $name }
channel-letter-greeting = Hello,
channel-letter-open = We would like to register a Chats API channel for our integration. Here are the answers to your questions:
channel-letter-open-known = We would like you to check and correct the settings of our Chats API channel { $id }. Here are the answers to your questions:
channel-letter-name = Service name: { $name }
channel-letter-webhook = Webhook address: { $address }
channel-letter-accounts = Account IDs for development: { $ids }
channel-letter-accounts-none = Account IDs for development: none, the channel is to be public
channel-letter-write-first = “Write first”: { $answer }
channel-letter-window = Time window: { $answer }
channel-letter-window-seconds =
    yes, { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }
channel-letter-window-templates = after the window only templates may be chosen: { $answer }
channel-letter-email = E-mail for failures: { $email }
channel-letter-icon = Icon: attached, { $file } (SVG, round, 14×14 px, less than 1 KB)
channel-letter-icon-own = Icon: attached, { $file } (round, 14×14 px, { $size })
channel-letter-client = Integration ID: { $id }
channel-letter-widget = Widget code of the integration: { $code }
channel-letter-audience-public = Audience: all users. { $unique }
channel-letter-audience-private = Audience: only the accounts listed above. { $unique }
channel-letter-unique = Other solutions connect a single messenger. Ours connects several to one account, keeps each chat in order through outages and shows where every message is.
channel-letter-files = The integration stores files itself: { $answer }
channel-letter-largest = Largest file: { $size }
channel-letter-reactions = Reactions: { $answer }
channel-letter-quotes = Quoting (replies): { $quotes }; forwarding: { $forwards }
channel-letter-voice = Voice messages: { $answer }
channel-letter-beside = We also ask for:
channel-letter-typing = the subscription to typing webhooks for this channel
channel-letter-hooks = webhooks of version 2
channel-letter-bot = the channel’s bot: its ID, client_id and name
channel-letter-sources = “Multiple sources” for the integration
channel-letter-end = Best regards
channel-yes = yes
channel-no = no
channel-all = yes, all
channel-gap-mark = [missing]
channel-gap = { $key }: { $what }
channel-gap-name = Latin letters, beginning with a letter; shown under each contact’s name
channel-gap-webhook = amoCRM calls only public https addresses
channel-gap-accounts = name the accounts that may connect the channel while it is private
channel-gap-email = amoCRM’s support writes there when the channel fails
channel-gap-client = the integration’s ID, from its page in amoCRM
channel-gap-widget = the widget’s code, from the integration’s page in amoCRM
