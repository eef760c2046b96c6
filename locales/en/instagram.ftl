## The kind

connector-instagram = Instagram
connector-instagram-about = Customers write to your professional account, answer stories and comment on posts. Read marks, reactions and unsent messages come too. Bots can reply within 24 hours, managers within 7 days.

## What Instagram refuses (docs/errors.md)

passport-instagram-window = The customer has not written for 24 h (7 days for people). Wait for them to write.
passport-instagram-not_receiving = The customer does not accept messages from you. Use another way to reach them.
passport-instagram-blocked_by_person = The customer blocked the account or left. Use another way to reach them.
passport-instagram-unavailable = The customer is not available now. Use another way to reach them.
passport-instagram-unknown_person = Instagram knows no such customer: they have to write first.
passport-instagram-answered = This comment already has a private reply. Answer it publicly or wait for the customer.
passport-instagram-not_privately = A private reply is possible for 7 days after the comment. Answer it publicly.
passport-instagram-gone = What you reply to was deleted in Instagram, or the token does not show it.
passport-instagram-too_long = The text is too long for Instagram. Make it shorter.
passport-instagram-too_large = The file is too large for Instagram. Send a link.
passport-instagram-not_taken = Instagram did not accept this file. Send another format or a link.
passport-instagram-quote = The quoted message is gone. Send without the quote.
passport-instagram-token = The access token is no longer valid. Enter a new one in the source settings.
passport-instagram-session = Instagram asks for a new access token. Enter it in the source settings.
passport-instagram-permission = The app lacks a permission for messages or comments. Grant it again.
passport-instagram-permissions = The app lacks a permission of this account. Connect the account again.
passport-instagram-restricted = Meta restricted this account for a while. See its account quality page.
passport-instagram-app_rate = The app’s call limit is reached. Parom tries again.
passport-instagram-user_rate = The account does too much at once. Parom tries again.
passport-instagram-page_rate = The account’s call limit is reached. Parom tries again.
passport-instagram-rate = Instagram asks Parom to slow down. Parom tries again.
passport-instagram-use_case_rate = The limit of calls to Instagram is reached. Parom tries again.
passport-instagram-temporary = Instagram does not work now. Parom tries again.
passport-instagram-unsent = Instagram could not send it. Parom tries again.
passport-instagram-empty = The message has no text. Write something.
passport-instagram-busy = Instagram has too many calls. Parom tries again.
passport-instagram-server = Instagram does not answer. Parom tries again.
passport-instagram-parameter = Instagram did not accept the message. Change it and send again.
passport-instagram-other = Instagram refused the message. Change it and send again.

## The wizard

wizard-ig-account = Account ID
wizard-ig-account-hint = Digits, 1784…: the ID of the professional account, shown next to its token in your app at developers.facebook.com.
wizard-ig-token = Access token
wizard-ig-token-hint = In your app at developers.facebook.com, open Instagram → API setup with Instagram login and press Generate token. Parom renews it before its 60 days are over.
wizard-consent-instagram = Log in with Instagram
wizard-consent-hint-instagram = On Instagram’s page, sign in to the professional account and confirm. You then return here, with nothing to copy.
