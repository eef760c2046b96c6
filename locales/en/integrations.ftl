## Vendor’s admin: integrations that are stored

admin-int-new = New integration
admin-int-new-says = Stored in the database with encrypted secrets; all processes use it within seconds. Add its channels next.
admin-int-change = Integration “{ $name }”
admin-int-edit = Edit integration
admin-int-pause = Pause installations
admin-int-resume = Allow installations
admin-int-remove = Remove
admin-int-remove-question = Remove integration “{ $name }”?
admin-int-remove-says = Its secrets and channels are deleted from Parom. Nothing changes at amoCRM. You cannot remove an integration that accounts have installed.
admin-int-removed = Integration “{ $name }” is removed.
admin-int-in-use =
    { $count ->
        [one] Integration “{ $name }” has { $count } account. Pause it, or delete the account first.
       *[other] Integration “{ $name }” has { $count } accounts. Pause it, or delete the accounts first.
    }
admin-int-unreadable = Integration “{ $name }” is stored but cannot be read; the server’s log says why.
admin-int-not-used = This integration is not in use: another one has the same name, ID or one of its channels.
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
admin-int-wrong-name = Enter 1 to 64 letters a–z, digits or . _ ~ -, beginning with a letter or digit. Names are unique.
admin-int-wrong-client_id = Enter the ID from the integration’s page in amoCRM.
admin-int-wrong-client_secret = Enter the secret key from the integration’s page in amoCRM.
admin-int-wrong-previous_client_secret = A secret cannot consist of spaces.
admin-int-wrong-account_hosts = Enter one host suffix per line, like amocrm.ru: no scheme, port or path.
admin-int-wrong-consent_url = Enter an address without a user name and password.
admin-int-wrong-account_url = Enter an address that contains { "{host}" }, like https://{ "{host}" }.
admin-int-wrong-amojo_url = Enter an address without a user name, password, query or fragment.
admin-int-wrong-id = Enter the UUID from amoCRM’s support. Each channel has its own.
admin-int-wrong-code = Enter the code from amoCRM’s support.
admin-int-wrong-secret = Enter the secret from amoCRM’s support.
admin-int-wrong-bot_id = Enter the bot ID from amoCRM’s support, or leave the bot’s name empty as well.
admin-int-wrong-time_window_seconds = Enter a whole number of seconds, or leave it empty.
admin-int-wrong-allowed_plans = Enter one plan per line, named as in the configuration file.
admin-int-wrong-elsewhere = The configuration file does not allow this address. Leave the field empty for the usual one, or have it added to network.integration_addresses.
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
admin-channel-id-hint = From amoCRM’s support.
admin-channel-own-secret = Secret
admin-channel-title = Title
admin-channel-bot-id = Bot ID in amoCRM
admin-channel-bot-hint = Leave empty if there is no bot.
admin-channel-bot-name = Bot name
admin-channel-public = Public: every account may connect
admin-channel-public-hint = If off, with no accounts or plans listed below, amoCRM alone decides.
admin-channel-accounts = Accounts
admin-channel-accounts-hint = Account IDs in amoCRM, one per line.
admin-channel-plans = Plans
admin-channel-plans-hint = Accounts with these plans may connect too; one name per line.
admin-channel-window = Time window, seconds
admin-channel-window-hint = Leave empty if there is none; 86400 is a day.
admin-channel-reactions-hint = all, off, or emoji separated by spaces.
admin-brand-name = Name of the service
admin-brand-name-hint = This integration’s accounts read it in place of Parom on pages, in e-mails and in failure reasons. Leave empty for Parom.
admin-brand-color = Accent colour
admin-brand-color-hint = Like #0B5CAD. Parom darkens or lightens it where it would be hard to read.
admin-brand-logo = Logo
admin-brand-picture-hint = An SVG without scripts, or a PNG, up to 100 KB. Without one of yours people see Parom’s.
admin-brand-support-url = Support page
admin-brand-support-email = Support e-mail
admin-brand-privacy = Privacy policy
admin-brand-entity = Legal entity
admin-brand-address = Its postal address
admin-brand-vendor-hint = Leave empty to use the value from [vendor].
admin-brand-icon = Icon of the channels
admin-brand-unique = What makes the service unique
admin-brand-unique-hint = For the registration letter. Leave empty for Parom’s text.
admin-int-defaults = Settings with a default
admin-int-brand = How its accounts see the service
admin-int-pictures = Pictures
admin-brand-picture-save = Upload
admin-brand-picture-remove = Remove
admin-brand-picture-large = The picture is larger than { $kb } KB. Nothing was changed.
admin-brand-picture-kind = Choose an SVG or PNG picture. Nothing was changed.
admin-brand-picture-active = This SVG has scripts or parts from elsewhere. Export it as a plain picture, or as PNG. Nothing was changed.
