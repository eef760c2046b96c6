## Texts in a chat for things that amoCRM has no type for

tg-in-nameless = Telegram { $id }
tg-in-poll = [Poll]
tg-in-story = [Story]
tg-in-paid-media = [Paid media, { $stars } ⭐]
tg-in-checklist = [Checklist]
tg-in-gift = [Gift]
tg-in-giveaway = [Giveaway]
tg-in-game = [Game]
tg-in-invoice = [Invoice]
tg-in-form = [Form]
tg-in-sticker = [Sticker]
tg-in-too-large = [File { $size }: { $name }, it cannot be downloaded. Ask for a link]
tg-in-too-large-unnamed = [File { $size }, it cannot be downloaded. Ask for a link]
tg-in-unknown = [The message is not supported. Ask to send it as text or as a file]
tg-in-forward = Forwarded from { $name }:
tg-in-forward-link = Forwarded from { $name } ({ $link }):
tg-in-unnamed = someone
tg-in-elsewhere = [A message from another chat]
incoming-button = [A button was pressed]

## A bot and where it brings messages

said-telegram-https = Telegram sends messages only to https addresses, but this server’s address is { $url }. Ask the administrator of the server
said-telegram-port = Telegram calls only ports 443, 80, 88 and 8443, but this server uses port { $port }. Ask the administrator of the server
said-telegram-unset = Telegram does not know where to send messages
said-telegram-elsewhere = Telegram sends the messages to { $host }: another service took over the bot
said-telegram-failing = Telegram says of its last call: { $text } (waiting there: { $count })
said-telegram-waiting = { $count } messages wait at Telegram
said-messenger-away = the messenger does not answer: { $reason }
said-messenger-refused = the messenger refused: { $reason }
said-line-taken = { $line } is already connected in another account
said-line-taken-here = { $line } is already connected in source “{ $source }”.
said-line-lost = { $line } was connected in another source, whose credentials the messenger confirmed: customers’ messages arrive there. If the line is yours, enter new credentials here; otherwise delete this source
said-line-other = these credentials belong to { $line }, but this source is { $now }: add another source for them

## A source whose messenger brings messages elsewhere, or not at all

source-reason-line_elsewhere = Another service took over the bot or number: customers’ messages go there.
source-reason-line_not_set = The messenger does not know where to send messages. Parom keeps registering the address.
source-reason-line_failing = The messenger cannot reach Parom, or only with a delay. Messages wait there and are not lost for a day.
source-reason-line_trouble = The messenger reports a problem with this number or account. Messages may be limited.
source-reason-business_off = The bot was switched off in Telegram Business. Connect it again there: Settings → Telegram Business → Chatbots.
source-action-take_back = Connect again
source-taken-back = “{ $source }” gets its messages again.
source-deep-link = Link for customers
source-deep-link-hint = Anything after { $part } (up to 64 letters, digits, _ and -) is stored with the chat and shows where the customer came from.
source-deep-link-hint-text = Text after text= is prefilled as the customer’s first message.
source-refused-line_taken = { $reason }
source-refused-messenger_refused = { $reason }
audit-did-source-taken_back = Messages of a source taken back
alert-kind-source_moved = Another service took over a bot or number
problem-line_taken = The line works in another source
problem-messenger_refused = The messenger refused
wizard-slow-telegram-1 = Is it the right bot? Compare its name.
wizard-slow-telegram-2 = In a group: is privacy mode off in @BotFather, and was the bot added again after that?
wizard-slow-telegram-3 = Does another service use the bot? Test the source: it shows where messages go.

## A chat

conversation-visit = Came with the tag
conversation-shut = The customer blocked the bot. Messages do not arrive until they unblock it.

## A greeting

tg-out-ask-phone = Share your phone number so we can reach you.
tg-out-share-phone = Share my phone number
wizard-test-note-telegram = Do customers write to your own account with Telegram Business? In Telegram, open Settings, Telegram Business, Chatbots and add this bot: those chats arrive here too.
