## A bot of MAX: settings

connector-max-about = Customers write to your bot in MAX. Media, replies, edits and comments on channel posts go both ways. MAX does not report when a message is delivered or read.
wizard-max-token = Bot token
wizard-max-token-hint = On business.max.ru open the chatbot, then Integration → Get token. The bot must have passed moderation.
wizard-max-bad-format = A bot token is one word without spaces. Copy the whole line from business.max.ru.
wizard-max-refused = MAX does not know this token. Perhaps a newer one was issued on business.max.ru.
wizard-max-webhook-elsewhere = This bot’s messages go to { $host } too. They will keep going there, and customers may get two answers.
wizard-max-groups = Include groups
wizard-max-groups-hint = Each group where the bot is an administrator becomes a chat.
wizard-max-comments = Include comments
wizard-max-comments-hint = Comments on posts in channels where the bot is an administrator become chats. Answers are public.
wizard-max-delivered = Mark as delivered once MAX accepts it
wizard-max-delivered-hint = MAX does not report delivery or reading. Without this option messages stay “sent”.
wizard-slow-max-1 = Is it the right bot? Compare its name.
wizard-slow-max-2 = Press Start in the bot’s chat first: MAX sends nothing before that.
wizard-slow-max-3 = Has the bot passed moderation on business.max.ru?

## Texts in a chat for things that amoCRM has no type for

max-in-nameless = MAX { $id }
max-in-unknown = [The message is not supported. Ask to send it as text or as a file]
max-in-forward = Forwarded from { $name }:
max-in-unnamed = someone

## A bot and where it brings messages

said-max-token = the bot token is missing
said-max-bot = { $name } answers
said-max-refused = MAX answered: { $text }
said-max-answered = MAX answered { $status }: { $text }
said-max-unreadable = MAX answered { $status } with something unreadable
said-max-file = the file for MAX could not be read here
said-max-upload = MAX accepted a file without returning its token
said-max-https = MAX sends messages only to https addresses at port 443, but this server’s address is { $url }. Ask the administrator of the server
said-max-unset = MAX does not know where to send messages, or gave up after eight hours of failures
said-max-elsewhere = MAX sends the messages to { $host }: another service took over the bot

## What a refusal of MAX means

passport-max-m1 = MAX does not accept the bot token. Renew it in the source settings.
passport-max-m2 = The customer stopped the bot. Use another way to reach them.
passport-max-m3 = The bot may not write in this chat. Ask to add it as an administrator.
passport-max-m4 = The customer has not started the bot. Send them the bot’s link.
passport-max-m5 = No such chat: the customer never wrote to the bot. Send its link.
passport-max-m6 = MAX is still processing the file; the message will go later.
passport-max-m7 = The text is too long. Split it into parts of 4000 characters.
passport-max-m8 = MAX refused a button. Correct its link or remove buttons.
passport-max-m9 = MAX accepts one file per message. Send them one by one.
passport-max-m10 = The other message is gone. Write without the quote.
passport-max-m11 = The file is not available. Attach it again.
passport-max-m12 = MAX does not accept this file. Send a link to it.
passport-max-m13 = The message is empty. Add some text.
passport-max-m14 = MAX refused the card or the place. Send it as text.
passport-max-m15 = This message can no longer be edited.
passport-max-m16 = The file is too large for MAX. Send a link to it.
passport-max-m17 = MAX refused access to the bot. Check the token in the source settings.
passport-max-m18 = MAX does not allow this for now. Try again later.
passport-max-m19 = MAX limits the rate; the message will go later.
passport-max-m20 = MAX is unavailable for now; trying again.
passport-max-m21 = The bot is connected to another service. Disconnect it there.
passport-max-m22 = Delivery is unknown. Ask the customer or send again.
passport-max-403 = MAX does not let you write to this customer. Use another way to reach them.
passport-max-404 = No such chat in MAX. Send the customer the bot’s link.
passport-max-400 = MAX refused the message. Change it and try again.
passport-max-5xx = The messenger failed. Try again later.
