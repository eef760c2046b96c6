## Source wizard: all messengers

wizard-title = New source
wizard-step = Step { $step } of { $steps }: { $title }
wizard-step-messenger = Messenger
wizard-step-access = Access
wizard-step-routing = Name and pipeline
wizard-step-test = Test message
wizard-choose = Where do customers write?
wizard-by-hand = Enter the access by hand
wizard-line-choose = What do you connect?
wizard-line-choose-one = Choose one line.
wizard-line-renewed = “{ $source }” has access again.
wizard-line-failed = It is not connected yet.
wizard-consent-stale = This answer belongs to no request of yours, or it came too late. Nothing was connected. Press the button again.
wizard-consent-declined = { $messenger }: access was not given. Nothing was connected. Press the button again when you are ready.
wizard-consent-refused = { $messenger } did not confirm the access. Nothing was connected. Press the button again. The reason: { $reason }
wizard-check-access = Check access
wizard-checking = Asking { $messenger }…
wizard-access-ok = Access works: { $name }
wizard-create = Create source
wizard-waiting-test = Write any message to “{ $name }” from your own phone. It will appear here.
wizard-test-arrived = Message from { $customer } arrived in { $seconds } s and is in { $crm }.
wizard-test-slow = Nothing in 2 minutes. The source is created and keeps waiting; check the three points below.
wizard-skip-test = Finish without a test
wizard-done = “{ $source }” is created. New chats go to “{ $pipeline }”.
wizard-leave = The source is not created yet. What you entered is not kept.

## Source wizard: Telegram

wizard-tg-token = Bot token
wizard-tg-token-hint = In Telegram open @BotFather, send /mybots, choose the bot, press API Token. Looks like 123456789:AAH…
wizard-tg-bad-format = A bot token has digits, a colon and about 35 characters. Copy the whole line from @BotFather.
wizard-tg-refused = Telegram does not know this token. Perhaps a newer one was issued in @BotFather.
wizard-tg-webhook-elsewhere = Bot @{ $bot } now sends messages to { $host }. After you continue they will come to Parom and stop coming there.
wizard-take-over = Move the bot to Parom
wizard-tg-groups = Groups too
wizard-tg-groups-hint = Groups in which the bot is become chats, one a group. To see all messages there, switch off Group Privacy in @BotFather and add the bot again.
wizard-tg-delivered = Count as delivered what Telegram took
wizard-tg-delivered-hint = Telegram does not tell when a message is delivered or read. Without this mark messages stay “sent”.
wizard-tg-sign = Sign with the manager’s name
wizard-tg-sign-hint = The name stands on a line above each message of a manager.

## Source wizard: WhatsApp

wizard-wa-phone-id = Phone number ID
wizard-wa-phone-id-hint = Meta for Developers → your app → WhatsApp → API Setup. Digits only, it is not the phone number.
wizard-wa-waba-id = WhatsApp Business account ID
wizard-wa-token = Permanent access token
wizard-wa-token-hint = From a system user with the rights whatsapp_business_messaging and whatsapp_business_management. The 24-hour token from the start page will not do.
wizard-wa-app-secret = App secret
wizard-wa-app-secret-hint = App settings → Basic. Parom uses it to tell Meta’s calls from forged ones.
wizard-wa-webhook-title = Paste these two values in Meta
wizard-wa-callback-url = Callback URL
wizard-wa-verify-token = Verify token
wizard-wa-webhook-hint = Meta for Developers → your app → WhatsApp → Configuration → Edit. Then subscribe to the field “messages”. Without this Meta keeps customers’ messages to itself.
wizard-wa-verified = Meta confirmed the address { $time }.
wizard-wa-token-short =
    This token expires in { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }. Take a permanent one from a system user.
wizard-wa-other-number = The token belongs to number { $phone }. Is that the right one?

## Source wizard: website chat and own messenger

wizard-web-sites = Sites where the chat is shown
wizard-web-sites-hint = One address a line, with https://, without the path. For example https://shop.example
wizard-web-title = Chat title
wizard-web-color = Button colour
wizard-web-color-low = White text on this colour is hard to read (contrast { $ratio }, needs 4.5). Parom will use dark text.
wizard-web-embed = Paste this line before </body> on every page
wizard-web-link = Or give customers this link
wizard-web-preview = Open the chat
wizard-web-secret = Customers who have signed in to your site
wizard-web-secret-hint = Your site names them by a signed token; then their chat is the same on every device. The secret for signing is shown once, an earlier one holds for a day.
wizard-web-secret-new = Make a signing secret
wizard-web-secret-made = A new signing secret is made for “{ $source }”. The one before holds for a day.
wizard-custom-url = Webhook URL
wizard-custom-url-hint = Parom will post messages here. https only, answer with 2xx within 15 seconds.
wizard-custom-window = Free answers, seconds
wizard-custom-window-hint = How long after a customer’s message managers may write freely, e.g. 86400 for a day; later only templates are sent. Empty: always.
wizard-custom-url-private = { $host } leads into a private network. Give an address reachable from the internet.
wizard-custom-secret = Webhook signing secret
wizard-custom-test-event = Send test event
wizard-custom-test-result = Your server answered { $status } in { $ms } ms.
wizard-web-color-hint = For example #0B5CAD
wizard-web-side = Position of the button
wizard-web-side-right = Right
wizard-web-side-left = Left
wizard-web-theme = Theme
wizard-web-theme-auto = Same as the visitor’s device
wizard-web-theme-light = Light
wizard-web-theme-dark = Dark
wizard-web-reply = Reply time
wizard-web-reply-none = Don’t show
wizard-web-reply-minutes = Within minutes
wizard-web-reply-hour = Within an hour
wizard-web-reply-day = Within a day
wizard-web-greeting = Greeting
wizard-web-ask = What to ask before the chat
wizard-web-ask-hint = Leave empty so that customers write at once.
wizard-web-ask-name = Name
wizard-web-ask-phone = Phone
wizard-web-ask-email = E-mail
wizard-web-consent = Consent text
wizard-web-consent-hint = The customer agrees to it before the first message.
wizard-web-hours = Working hours
wizard-web-hours-hint = Days and times, one line each: mon-fri 09:00-18:00. Leave empty if somebody always answers.
wizard-web-zone = Time zone of the working hours
wizard-web-zone-hint = For example Europe/Moscow
wizard-web-away = Text outside working hours
wizard-web-away-hint = Leave empty for “Nobody is here right now. Write, and the answer will come in working hours.”

## Source wizard: further words

wizard-choose-one = Choose a messenger.
wizard-no-kinds = No messenger can be added: the vendor has opened no channel for this account. Write to support.
wizard-nothing-asked = Nothing is needed here.
wizard-too-old = The page was open too long and what you entered is erased. Begin again: nothing was created.
wizard-check-passed = The check passed.
wizard-check-failed = The check did not pass. Correct the values, or go on and finish later: messages wait until the other side answers.
wizard-custom-unsigned = The signing secret is shown in the last step. Until then a server that checks signatures answers 401 or 403.
wizard-go-on = Continue anyway
wizard-pipeline-main = Main pipeline
wizard-channel = Channel
wizard-created = “{ $source }” is created and stands in { $crm }.
wizard-being-made = The source is just being created. Refresh in a few seconds.
wizard-test-on-its-way = The message is here and on its way to { $crm }.
wizard-tick-messenger = { $messenger } passed a message on
wizard-tick-stored = Parom stored it
wizard-tick-crm = { $crm } took it
wizard-tick-visible = Visible in the chat
wizard-slow-webchat-1 = Does the chat open by the link above?
wizard-slow-webchat-2 = Does the site stand in the list of sites, with https://?
wizard-slow-webchat-3 = Does a blocker in the browser hide the chat? Try a private window.
wizard-slow-custom-1 = Did the API answer 202? Another answer says what to correct.
wizard-slow-custom-2 = Is the message’s id new? A known one is not stored again.
wizard-slow-custom-3 = Does the key allow “Read and send”?
wizard-web-open = Open the chat and write something:
wizard-web-line = Paste this line before </body> on every page of the site:
wizard-web-nowhere = The line works on the sites of the list: name one under “Install” first.
wizard-custom-curl = Send a message from a terminal; put a key in place of API_KEY:
wizard-finish = Done
wizard-leave-title = Leave?
wizard-leave-button = Leave without a source
