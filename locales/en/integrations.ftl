## Vendor’s admin: integrations that are stored

admin-int-new = New integration
admin-int-new-says = Stored in the database with encrypted secrets; all processes use it within seconds. Add its channels next.
admin-int-change = Integration “{ $name }”
admin-int-edit = Edit integration
admin-int-pause = Pause installations
admin-int-resume = Allow installations
admin-int-remove = Remove
admin-int-remove-question = Remove integration “{ $name }”?
admin-int-remove-says = Its secrets and channels are deleted from Parom. Nothing changes at amoCRM. An integration that accounts have installed cannot be removed.
admin-int-removed = Integration “{ $name }” is removed.
admin-int-in-use =
    { $count ->
        [one] Integration “{ $name }” has { $count } account. Pause it, or delete the account first.
       *[other] Integration “{ $name }” has { $count } accounts. Pause it, or delete the accounts first.
    }
admin-int-unreadable = Integration “{ $name }” is stored but cannot be read; the server’s log says why.
admin-int-not-used = This integration is not used: another one has its name, its ID or one of its channels.
admin-int-name = Name
admin-int-name-hint = Appears in URLs and cannot be changed later.
admin-int-platform = Platform
admin-int-amocrm = amoCRM
admin-int-kommo = Kommo
admin-int-client-secret = Secret key
admin-int-previous-secret = Previous secret
admin-int-previous-hint = Still accepted while the secret is being replaced.
admin-int-forget-previous = Stop accepting the previous secret
admin-int-own-redirect = Separate redirect URI
admin-int-own-redirect-hint = The redirect URI then ends with the name above. Enter the same one in amoCRM.
admin-int-consent = Consent page URL
admin-int-account-url = Account API URL
admin-int-account-url-hint = Write { "{host}" } for the account’s address. Leave empty for the platform’s default.
admin-int-amojo = Chats API URL
admin-int-usual-hint = Leave empty for the platform’s default.
admin-int-wrong-name = 1 to 64 letters a–z, digits or . _ ~ -, beginning with a letter or digit. No two integrations have the same name.
admin-int-wrong-client_id = Fill in the ID that amoCRM shows on the integration’s page.
admin-int-wrong-client_secret = Fill in the secret key from the integration’s page at amoCRM.
admin-int-wrong-previous_client_secret = A secret cannot consist of spaces.
admin-int-wrong-account_hosts = One host suffix per line, like amocrm.ru: no scheme, port or path.
admin-int-wrong-consent_url = Enter an address without user and password.
admin-int-wrong-account_url = Enter an address that contains { "{host}" }, like https://{ "{host}" }.
admin-int-wrong-amojo_url = Enter an address without user, password, query and fragment.
admin-int-wrong-id = Enter the UUID that amoCRM’s support gave. Each channel has its own.
admin-int-wrong-code = Fill in the code that amoCRM’s support gave.
admin-int-wrong-secret = Fill in the secret that amoCRM’s support gave.
admin-int-wrong-bot_id = Enter the bot’s ID that amoCRM’s support gave, or leave its name empty as well.
admin-int-wrong-time_window_seconds = Enter a whole number of seconds, or leave it empty.
admin-int-wrong-allowed_plans = One plan per line, each by a name from the configuration file.
admin-int-wrong-in-file = An integration with this name is in the configuration file; edit it there.
admin-int-wrong-taken = Integration “{ $name }” already has this.
admin-channel-add = Add channel
admin-channel-edit = Edit channel
admin-channel-new = New channel of “{ $name }”
admin-channel-remove-question = Remove channel “{ $title }”?
admin-channel-remove-says =
    { $count ->
        [0] No account is connected to it. Its secret is deleted from Parom; nothing changes at amoCRM.
        [one] { $count } account is connected to it: its messages stop at once. The channel’s secret is deleted from Parom; nothing changes at amoCRM.
       *[other] { $count } accounts are connected to it: their messages stop at once. The channel’s secret is deleted from Parom; nothing changes at amoCRM.
    }
admin-channel-id-hint = As amoCRM’s support gave it.
admin-channel-own-secret = Secret
admin-channel-title = Title
admin-channel-bot-id = Bot ID in amoCRM
admin-channel-bot-hint = Leave empty if there is no bot.
admin-channel-bot-name = Bot name
admin-channel-public = Public: every account may connect
admin-channel-public-hint = Off, with neither accounts nor plans below: amoCRM alone decides.
admin-channel-accounts = Accounts
admin-channel-accounts-hint = Account IDs in amoCRM, one per line.
admin-channel-plans = Plans
admin-channel-plans-hint = Accounts with these plans may connect too; one name per line.
admin-channel-window = Time window, seconds
admin-channel-window-hint = Leave empty if there is none; 86400 is a day.
admin-channel-reactions-hint = all, off, or emoji separated by spaces.
admin-brand-name = Name of the service
admin-brand-name-hint = What the accounts of this integration read in place of Parom: pages, e-mails, failure reasons. Empty for Parom.
admin-brand-color = Accent colour
admin-brand-color-hint = Like #0B5CAD. Where it would be hard to read, a darker or lighter one is used.
admin-brand-logo = Logo
admin-brand-picture-hint = The text of an SVG file, or data:image/png;base64,… Up to 100 KB. Empty for Parom’s.
admin-brand-support-url = Support page
admin-brand-support-email = Support e-mail
admin-brand-privacy = Privacy policy
admin-brand-entity = Legal entity
admin-brand-address = Its postal address
admin-brand-vendor-hint = Leave empty for that of [vendor].
admin-brand-icon = Icon of the channels
admin-brand-unique = What is unique about the service
admin-brand-unique-hint = For the registration letter. Empty for Parom’s text.
admin-int-wrong-brand_logo = Paste the text of an SVG file, or data:image/png;base64,… of at most 100 KB.
admin-int-wrong-brand_icon = Paste the text of an SVG file, or data:image/png;base64,… of at most 100 KB.
