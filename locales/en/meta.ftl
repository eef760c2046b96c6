## What Instagram and Messenger share: the wizard

wizard-meta-secret = App secret
wizard-meta-secret-hint = In your app at developers.facebook.com: App settings → Basic (for Instagram: Instagram → API setup). Meta signs its calls with it.
wizard-meta-secret-optional-hint = Leave empty to use the shared app. For your own app, enter its secret from App settings → Basic.
wizard-meta-verify = Verify token
wizard-meta-verify-hint = Any text you choose. The last step shows where to enter it at Meta.
wizard-meta-verify-optional-hint = Only with your own app: any text, or leave empty and Parom creates one. The last step shows where to enter it at Meta.
wizard-meta-bad-format = Copy this value again: it has characters that do not belong there.
wizard-meta-bad-id = The ID has digits only.
wizard-meta-refused = Meta does not accept this access token. Generate a new one.
wizard-meta-unknown-setting = There is no such setting.
wizard-meta-webhook-elsewhere = This app’s events now go to { $host }. If you continue, they will come to Parom and stop coming there.
wizard-meta-webhook-title = Paste these two values in Meta
wizard-meta-webhook-url = Callback URL
wizard-meta-webhook-hint = Meta for Developers → your app → Instagram → API setup with Instagram login → Configure webhooks. Then subscribe to comments, live_comments, message_reactions, messages, messaging_postbacks, messaging_referral and messaging_seen. Otherwise Meta does not pass on customers’ messages.

## An account and where its events go

said-meta-token = the access token is missing
said-meta-secret = The app secret and the token belong to different apps. Copy the secret from the app’s basic settings
said-meta-account = { $name } answers
said-meta-other-account = This token belongs to { $name } (ID { $id }). Enter that ID, or a token of the other account
said-meta-no-account = Meta does not say whose token this is. Enter the access token of the account itself: a token of an app belongs to no account
said-meta-refused = Meta answered: { $text }
said-meta-answered = Meta answered { $status }: { $text }
said-meta-file = the file could not be read here
said-meta-unset = Meta does not know that this account’s events belong here
said-meta-elsewhere = Meta sends this app’s events to { $host }: another service took it over

## Texts in a chat for things that amoCRM has no type for

meta-in-unknown = [The message is not supported. Ask to send it as text or as a file]
meta-in-story-mention = [Mentioned you in a story]
meta-in-story-answer = [Answer to your story]
meta-in-story = [Your story]
meta-in-share = [Shared] { $link }
meta-in-product = [About the product { $id }]
meta-in-comment-empty = [A comment without text]
meta-in-unnamed = Someone
