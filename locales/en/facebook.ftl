## The kind

connector-facebook = Facebook Messenger
connector-facebook-about = Customers write to your page and comment on its posts. Delivery, read marks and reactions come too. Bots can reply within 24 hours, managers within 7 days.

## What Messenger refuses (docs/errors.md)

passport-facebook-window = The customer has not written for 24 h (7 days for people). Wait for them to write.
passport-facebook-not_receiving = The customer does not accept messages from you. Use another way to reach them.
passport-facebook-blocked_by_person = The customer blocked the account or left. Use another way to reach them.
passport-facebook-unavailable = The customer is not available now. Use another way to reach them.
passport-facebook-unknown_person = Messenger knows no such customer: they have to write first.
passport-facebook-answered = This comment already has a private reply. Answer it publicly or wait for the customer.
passport-facebook-not_privately = A private reply is possible for 7 days after the comment. Answer it publicly.
passport-facebook-gone = What you reply to was deleted in Messenger, or the token does not show it.
passport-facebook-too_long = The text is too long for Messenger. Make it shorter.
passport-facebook-too_large = The file is too large for Messenger. Send a link.
passport-facebook-not_taken = Messenger did not accept this file. Send another format or a link.
passport-facebook-quote = The quoted message is gone. Send without the quote.
passport-facebook-token = The access token is no longer valid. Enter a new one in the source settings.
passport-facebook-session = Messenger asks for a new access token. Enter it in the source settings.
passport-facebook-permission = The app lacks a permission for messages or comments. Grant it again.
passport-facebook-permissions = The app lacks a permission of this account. Connect the account again.
passport-facebook-restricted = Meta restricted this account for a while. See its account quality page.
passport-facebook-app_rate = The app’s call limit is reached. Parom tries again.
passport-facebook-user_rate = The account does too much at once. Parom tries again.
passport-facebook-page_rate = The account’s call limit is reached. Parom tries again.
passport-facebook-rate = Messenger asks Parom to slow down. Parom tries again.
passport-facebook-use_case_rate = The limit of calls to Messenger is reached. Parom tries again.
passport-facebook-temporary = Messenger does not work now. Parom tries again.
passport-facebook-unsent = Messenger could not send it. Parom tries again.
passport-facebook-empty = The message has no text. Write something.
passport-facebook-busy = Messenger has too many calls. Parom tries again.
passport-facebook-server = Messenger does not answer. Parom tries again.
passport-facebook-parameter = Messenger did not accept the message. Change it and send again.
passport-facebook-other = Messenger refused the message. Change it and send again.

## The wizard

wizard-fb-page = Page ID
wizard-fb-page-hint = Digits only. On the page, open About → Page transparency; or see Settings in Meta Business Suite.
wizard-fb-token = Page access token
wizard-fb-verify-hint = Any text you choose. Parom passes it to Meta together with its address.
wizard-fb-verify-optional-hint = Only with your own app: any text you choose. Parom passes it to Meta together with its address.
wizard-fb-token-hint = In your app at developers.facebook.com, open Messenger → Settings, choose the page and press Generate. Needs pages_messaging, pages_manage_metadata, pages_read_engagement.
wizard-consent-facebook = Log in with Facebook
wizard-consent-hint-facebook = On Facebook’s page, sign in, choose your pages and confirm. You then return here, with nothing to copy.
said-consent-none-facebook = no page was chosen that you manage. Choose at least one on Facebook’s page
