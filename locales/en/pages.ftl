## Sign-in and error pages

sign-in-title = Sign in to the panel
sign-in-from-widget = Open the panel from the widget in { $crm }: no password is needed.
sign-in-link-sent = If { $email } is known here, a link is on its way. It is valid for 10 minutes.
sign-in-link-used = This link has already been used or has expired. Get a new one.
session-ended =
    You were signed out after { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    } without action. What you typed is kept.
page-forbidden = Your role “{ $role }” cannot open this page. { $admins } can change the role.
page-not-found = There is no such page. It may have been deleted.
page-error = Parom could not show this page. Messages are not affected. Try again in a minute.
page-read-only = Parom cannot save anything right now: you can view, but not change. Messages arrive as soon as it can.
page-busy = Parom is busy right now. Messages are received and kept; try again in a moment.
sign-in-email = E-mail
sign-in-password = Password
sign-in-button = Sign in
sign-in-or = or
sign-in-wrong = The e-mail or password did not match. Check both, or request a link.
sign-in-link-wait =
    { $minutes ->
        [one] A link for this address was requested a moment ago. Open the newest e-mail, or try again in { $minutes } minute.
       *[other] A link for this address was requested a moment ago. Open the newest e-mail, or try again in { $minutes } minutes.
    }
sign-in-wait =
    Too many attempts. Next one in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
sign-in-link-hint = A one-time link to your e-mail; no password is needed.
sign-in-link-send = Send a link
sign-in-link-no-mail = This server sends no e-mails. An owner of the account can create a sign-in link for you under “Team”.
sign-in-link-title = Sign in
sign-in-link-open = The link signs you in once.
sign-in-link-account = The link signs you in to account { $account }.
sign-in-link-used-title = The link no longer works
sign-in-invited = You already have a password here. Sign in to accept the invitation.
invitation-title = Invitation
invitation-text = You are invited to account { $account }.
invitation-button = Join
enter-title = Open the panel
enter-text = The link opens the panel of account { $account } as { $name }.
enter-instead = You are already signed in. The link opens the panel of account { $account } as { $name } and ends your current session in this browser.
enter-button = Open the panel
sign-in-code-title = One more step
sign-in-code = Code
sign-in-code-hint = Six digits from your authenticator app.
sign-in-code-wrong = The code does not match or was used already. Wait for the next one.
sign-in-code-restart = Ten wrong codes in a row. Start signing in again; we have e-mailed you about it.
sign-in-code-lost = Lost the app? An owner of the account or support can turn off two-step sign-in.
sign-in-framed-title = Open the panel in a tab
sign-in-framed = The browser does not keep you signed in inside this window. Open the panel in its own tab.
sign-in-framed-open = Open the panel
choose-title = Choose an account
choose-none = You do not belong to any account yet.
session-ended-title = You are signed out
session-title = Where you are signed in
session-via = How
session-via-password = By password
session-via-link = By a link from an e-mail
session-via-handed = By a link from an owner
session-via-ticket = From the widget in { $crm }
session-via-operator = Support
session-via-new_authenticator = By a link for a new authenticator
session-since = Since
session-this = this session
session-end = End
session-end-others = End all others
session-end-done = The session has ended.
me-title = My sign-in
me-from-crm = You signed in from the widget in { $crm }, with no password. To sign in without { $crm }, invite your own e-mail in “Team”.
password-current = Current password
password-current-or-code = The current password, or a code from the authenticator.
password-current-why = Protects your password in a session you left open. Forgotten? Sign in with a link.
password-current-wrong = This is not the current password.
password-new = New password
password-hint = At least 8 characters; three or four words work well. Your other sessions end.
password-save = Save password
password-set = The password is saved. Other sessions have ended.
password-short = A password has at least { $shortest } characters.
password-long = A password has at most { $longest } characters.
password-common = This password is easy to guess. Choose another one.
two-step-why = Besides your password, Parom then asks for a code from an app on your phone.
two-step-add = Set up two-step sign-in
two-step-scan = Scan the QR code with an authenticator app, then type the code it shows.
two-step-picture = QR code for the authenticator app
two-step-by-hand = Or type this key into the app:
two-step-turn-on = Switch on
two-step-on = Two-step sign-in is on.
two-step-off = Two-step sign-in is off.
two-step-remove = Switch off two-step sign-in
two-step-demanded = This account requires two-step sign-in. Set it up to open the panel.
two-step-by-mail = You cannot set it up in this session. Sign out, then sign in with a link from your e-mail.
two-step-by-link = Your earlier authenticator was removed. To connect another one, sign in with a one-time link and do it within ten minutes.
me-changed-meanwhile = Your password or authenticator was just changed elsewhere. Nothing was saved; try again.
panel-switch = Other accounts
panel-looked-at = Support is viewing this account until { $stamp }: { $reason }. Nothing can be changed, and texts are hidden.
page-forbidden-title = Not for your role
page-forbidden-looking = This page is not available here.
page-not-found-about = It may have been deleted, or the address may be mistyped.
page-not-found-title = There is no such page
page-error-title = The page could not be shown
page-unavailable-title = Try again in a minute
page-unavailable = Parom cannot do this right now; nothing was changed. Messages are received and kept.
page-refused-title = This could not be done
page-refused = Nothing was changed. Go back to see what you typed.
page-too-large = The form is too large. Nothing was changed.
page-foreign-form-title = The form came from another site
page-foreign-form = The browser says that another site sent this form. Nothing was changed. Open the page in Parom and send it from there.
page-stale-form-title = The page is out of date
page-to-overview = Go to the overview
page-to-sign-in = Go to the sign-in page
page-to-panel = Open the panel
mail-link-subject = Sign-in link for Parom
mail-link-body =
    Use this link to sign in to { $server }. It works once, within 10 minutes:

    { $link }

    If you did not ask for it, do nothing: without the link no one can sign in.
mail-codes-subject = Parom: wrong codes when signing in as you
mail-codes-body =
    Someone started signing in to { $server } as you, with your password or a link, then entered { $count } wrong codes in a row. The sign-in was cancelled; no one got in.

    If it was not you, someone may know your password: change it under “My sign-in”, or sign in by a link and set a new one.
mail-invite-subject = Parom: invitation to { $account }
mail-invite-body =
    { $name } invites you to the panel of account { $account }. The link works once, within 7 days:

    { $link }
session-seen = Last action
theme-title = Appearance
theme-auto = As on the device
theme-light = Light
theme-dark = Dark
page-too-fast = Too many attempts from your network. Try again in { $seconds } s.
panel-look-end = Back to the admin

## Several accounts in one browser

enter-beside = You are already signed in. The link also opens the panel of account { $account } as { $name }; your other session stays open.
form-other-session = This page is from an earlier sign-in. In this tab you are now in account { $account }. Nothing was changed there.
page-to-account = Go to { $account }
panel-accounts = Accounts in this browser
panel-account-add = Sign in to another account
nav-sign-out-all = Sign out of all accounts
sign-in-open = In this browser you are signed in to:
