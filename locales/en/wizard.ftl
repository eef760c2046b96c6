## Source wizard: all messengers

wizard-title = New source
wizard-step = Step { $step } of { $steps }: { $title }
wizard-step-messenger = Messenger
wizard-step-access = Access
wizard-step-routing = Name and pipeline
wizard-step-test = Test message
wizard-choose = Where do customers write?
wizard-by-hand = Enter access details manually
wizard-line-choose = What would you like to connect?
wizard-line-choose-one = Choose one from the list.
wizard-line-renewed = “{ $source }” has access again.
wizard-line-failed = It is not connected yet.
wizard-consent-stale = This answer does not match your request, or it came too late. Nothing was connected. Press the button again.
wizard-consent-declined = { $messenger }: access was not granted. Nothing was connected. Press the button again when you are ready.
wizard-consent-refused = { $messenger } did not confirm the access. Nothing was connected. Press the button again. The reason: { $reason }
wizard-check-access = Check access
wizard-checking = Asking { $messenger }…
wizard-access-ok = Access works: { $name }
wizard-create = Create source
wizard-waiting-test = Write any message to “{ $name }” as a customer would. It will appear here.
wizard-test-arrived = Message from { $customer } arrived in { $seconds } s and is in { $crm }.
wizard-test-slow = Nothing in 2 minutes. The source is created and keeps waiting; check the three points below.
wizard-skip-test = Finish without a test
wizard-done = “{ $source }” is created. New chats go to “{ $pipeline }”.
wizard-leave = The source is not created yet. What you entered is not saved.

## Source wizard: Telegram

wizard-tg-token = Bot token
wizard-tg-token-hint = In Telegram open @BotFather, send /mybots, choose the bot, press API Token. Looks like 123456789:AAH…
wizard-tg-bad-format = A bot token has digits, a colon and about 35 characters. Copy the whole line from @BotFather.
wizard-tg-refused = Telegram does not know this token. Perhaps a newer one was issued in @BotFather.
wizard-tg-webhook-elsewhere = Bot @{ $bot } now sends messages to { $host }. After you continue they will come to Parom and stop coming there.
wizard-take-over = Move the bot to Parom
wizard-tg-groups = Include groups
wizard-tg-groups-hint = Each group the bot is in becomes a chat. To see all messages there, turn off Group Privacy in @BotFather and add the bot again.
wizard-tg-delivered = Mark as delivered once Telegram accepts it
wizard-tg-delivered-hint = Telegram does not report delivery or reading. Without this option messages stay “sent”.
wizard-tg-sign = Sign with the manager’s name
wizard-tg-sign-hint = Adds the manager’s name above each message.
wizard-tg-greeting = Greeting
wizard-tg-greeting-hint = Sent once to each customer who presses Start; { "{name}" } is their name. Leave empty for no greeting. The chat appears in the CRM when the customer writes.
wizard-tg-ask-phone = Ask for the phone number
wizard-tg-ask-phone-hint = Adds a button to the greeting that shares the customer’s number; it becomes the contact’s phone.

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
wizard-wa-webhook-hint = Meta for Developers → your app → WhatsApp → Configuration → Edit. Then subscribe to the field “messages”. Otherwise Meta does not pass on customers’ messages.
wizard-wa-verified = Meta confirmed the address { $time }.
wizard-wa-token-short =
    This token expires in { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }. Take a permanent one from a system user.
wizard-wa-other-number = The token belongs to number { $phone }. Is that the right one?

## Source wizard: website chat and own messenger

wizard-later = Appearance, questions and hours
wizard-later-hint = You can set all of this later too, with a live preview.
wizard-web-sites = Sites where the chat is shown
wizard-web-sites-hint = One address per line, for example https://shop.example. A path is left out.
wizard-web-title = Chat title
wizard-web-logo = Logo
wizard-web-logo-hint = PNG, JPEG or WebP, up to 100 KB, from 32 × 32 to 1024 × 1024 pixels. Shown in a circle in the chat header.
wizard-web-logo-save = Upload the logo
wizard-web-logo-remove = Remove the logo
wizard-web-color = Chat colour (it also paints header and bubbles)
wizard-web-color-low = White text on this colour is hard to read (contrast { $ratio }, needs 4.5). Parom will use dark text.
wizard-web-embed = Paste this line before </body> on every page
wizard-web-link = Or give customers this link
wizard-web-secret = Customers signed in to your site
wizard-web-secret-hint = Your site passes a signed token, and customers keep one chat on all their devices. The signing secret is shown once; the previous one stays valid for a day.
wizard-web-secret-new = Create a signing secret
wizard-web-secret-made = A new signing secret was created for “{ $source }”. The previous one stays valid for a day.
wizard-custom-url = Webhook URL
wizard-custom-url-hint = Parom will post messages here. https only, answer with 2xx within 15 seconds.
wizard-custom-window = Free text allowed for, seconds
wizard-custom-window-hint = How long managers may write freely after a customer’s message, like 86400 for a day; then only templates. Leave empty for no limit.
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
wizard-web-reply-own = Own text about the reply time
wizard-web-reply-own-hint = Shown below the title in place of the reply time.
wizard-web-invite = Invitation
wizard-web-invite-hint = Until the visitor closes it or opens the chat, then never again. On phones the chat does not open by itself: the text is shown.
wizard-web-invite-none = Don’t invite
wizard-web-invite-beside = Show a text beside the button
wizard-web-invite-chat = Open the chat
wizard-web-invite-text = Text of the invitation
wizard-web-invite-after = Seconds on a page before the invitation
wizard-web-invite-after-hint = Leave empty to invite at once.
wizard-web-invite-pages = Pages with the invitation
wizard-web-invite-pages-hint = One part of an address per line, for example /prices. Leave empty for all pages.
wizard-web-label-name = Label of the name
wizard-web-label-phone = Label of the phone
wizard-web-label-email = Label of the e-mail
wizard-web-greeting = Greeting
wizard-web-ask = What to ask before the chat
wizard-web-ask-hint = Leave empty to let customers write right away.
wizard-web-ask-name = Name
wizard-web-ask-phone = Phone
wizard-web-ask-email = E-mail
wizard-web-consent = Consent text
wizard-web-consent-hint = The customer agrees to it before the first message.
wizard-web-hours = Working hours
wizard-web-hours-hint = One line for each: mon-fri 09:00-18:00. Leave empty if you always reply.
wizard-web-zone = Time zone of the working hours
wizard-web-zone-hint = For example Europe/Moscow
wizard-web-holidays = Holidays
wizard-web-holidays-hint = One day or range per line: 2027-01-01, 12-31 - 01-08. Without a year, it repeats every year.
wizard-web-away = Text outside working hours
wizard-web-away-hint = Leave empty for “We’re away right now. Leave a message and we’ll reply during working hours.”
wizard-web-mail = Send unread answers by e-mail after, minutes
wizard-web-mail-hint = From 1 to 1440, for example 10. Sent only to visitors who asked for it and confirmed their address. Leave empty to turn off.

## Source wizard: further words

wizard-choose-one = Choose a messenger.
wizard-no-kinds = You cannot add a messenger: the vendor has opened no channel for this account. Write to support.
wizard-nothing-asked = Nothing to enter here.
wizard-too-old = The page was open too long and what you entered was erased. Start again: nothing was created.
wizard-check-passed = The check passed.
wizard-check-failed = The check failed. Correct the values, or continue and finish later: messages wait until the other side answers.
wizard-custom-unsigned = The last step shows the signing secret. Until then, a server that checks signatures answers 401 or 403.
wizard-go-on = Continue anyway
wizard-pipeline-main = Default: the account’s main pipeline
wizard-channel = Channel
wizard-created = “{ $source }” was created in { $crm }.
wizard-being-made = The source is being created. Refresh in a few seconds.
wizard-test-on-its-way = The message is here and on its way to { $crm }.
wizard-tick-messenger = { $messenger } delivered a message
wizard-tick-stored = Parom stored it
wizard-tick-crm = Accepted by { $crm }
wizard-tick-visible = Visible in the chat
wizard-slow-webchat-1 = Does the chat open by the link above?
wizard-slow-webchat-2 = Is the site in the list of sites, with https://?
wizard-slow-webchat-3 = Does a blocker in the browser hide the chat? Try a private window.
wizard-slow-custom-1 = Did the API answer 202? Another answer says what to correct.
wizard-slow-custom-2 = Is the message’s ID new? A known one is not stored again.
wizard-slow-custom-3 = Does the key allow “Read and send”?
wizard-web-open = Open the chat and write something:
wizard-web-line = Paste this line before </body> on every page of the site:
wizard-web-nowhere = The chat appears only on listed sites: add yours under “Install” first.
wizard-custom-curl = Send a message from a terminal; put a key in place of API_KEY:
wizard-finish = Done
wizard-leave-title = Leave?
wizard-leave-button = Leave without a source
