## Widget: settings window

widget-empty = Connect a messenger or your site: messages arrive in { $crm }, and you answer them there.
widget-summary = { $used } of { $limit }
widget-add-source = Add source
widget-open-panel = Open the panel
widget-design = Design the chat
widget-sign-in-title = Sign in to Parom
widget-login = Login
widget-password = Password
widget-sign-in = Sign in and connect
widget-wrong-credentials = The login or password did not match. Check the keyboard layout and Caps Lock.
widget-too-many-tries = Too many attempts. The next one is possible { $time }.
widget-wrong-account = This window belongs to another { $crm } account. Reload the page and sign in again.
widget-provisioning = { $crm } has just installed the integration. Parom is finishing the setup. This window refreshes automatically.
widget-not-admin = You see the sources. An administrator of the { $crm } account can change them: { $admins }.
widget-no-connection = Parom is not answering. Your messages are not affected. The window tries again { $time }.
widget-removing =
    When the integration is switched off, messages stop at once. { $sources ->
        [one] { $sources } source and its chats stay
       *[other] { $sources } sources and their chats stay
    } in { $crm }.
card-title = Chats of this contact
card-no-chats = This contact has no chats through Parom yet.
card-last-failure = Last failure { $time }: { $reason }
card-where = Where is my message?
card-window-left =
    Free text is allowed for { $hours ->
        [one] { $hours } more hour
       *[other] { $hours } more hours
    }
card-window-over = The time for free text is over. Send an approved template.
card-window-wait = The time for free text is over. You can answer when the customer writes again.

## Widget: words for moderation and amoMarket

widget-short-description = Messengers and website chat in the lead card
widget-description = Customers’ messages from messengers and your site arrive in the lead card, and answers go back. Up to 50 sources, each with its own pipeline.
widget-tour-description = Add a source, choose its pipeline and send a test message. Every message shows where it is.
widget-setting-state = Connection

## Widget: further sentences

widget-connect = Connect
widget-allow-again = Reauthorize
widget-provisioning-late = { $crm } has not notified Parom of the installation. Press “Connect” and allow access: setup then continues automatically.
widget-embed-nowhere = The chat appears only on listed sites, and no site is listed yet. Open the panel and add your site under “Install”.
widget-not-installed = Press “Install” to let Parom create sources and deliver messages in { $crm }. Setup then continues automatically.
widget-not-admin-unnamed = You see the sources. An administrator of the { $crm } account can change them.
widget-privacy = Privacy policy
widget-consent = I agree to the processing of this account’s messages and contacts under the agreement
widget-consent-agreement = Data processing agreement
widget-consent-give = Confirm
widget-no-answer = Parom did not answer. It is not known whether the change was saved: check the list before you repeat it.
widget-unexpected = Parom could not do this. Nothing has changed.
widget-popup-blocked = The browser blocked the new tab. Open it with this link:
widget-source-gone = This source is not in Parom. It may have been deleted.
widget-pipeline-main = Default: the account’s main pipeline
widget-created = “{ $source }” is created. Test it before you give it to customers.
widget-write-first = Write there yourself first: your message comes to { $crm } as a customer’s does.
widget-deleted = “{ $source }” is deleted.
widget-testing = The test is running, usually a few seconds…
widget-stray-adopt = Take over
widget-stray-remove = Remove from { $crm }
widget-resume-nothing = Switch on “{ $source }”? No messages are waiting.
widget-resume-held =
    Switch on “{ $source }”? { $count ->
        [one] { $count } message is waiting, the oldest came { $time }
       *[other] { $count } messages are waiting, the oldest came { $time }
    }.
widget-resume-all = Deliver all of them
widget-resume-drop =
    Do not deliver those older than { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
time-in-seconds =
    { $count ->
        [one] in { $count } second
       *[other] in { $count } seconds
    }
widget-more-settings = More settings
widget-kind-change = Choose another
widget-consent-says = You sign in on the messenger’s own page, from the panel in a new tab. There is nothing to copy.
widget-consent-waits = Go on in the new tab. This window shows the source as soon as it is connected.

### Steps of the Salesbot

salesbot-step-ask = Ask in the messenger and wait
salesbot-step-ask-text = Question
salesbot-step-ask-buttons = Buttons, with ; between them
salesbot-step-ask-hours = Hours to wait for the answer (up to 720)
salesbot-step-window = Is the customer within the window?
salesbot-step-template = Send a template or else
salesbot-step-template-template = Template: its name or number
salesbot-step-template-values = Values of its placeholders, with ; between them
salesbot-step-template-text = Text while free messages are allowed (instead of the template)
salesbot-exit-answered = The customer answered
salesbot-exit-timed_out = No answer in time
salesbot-exit-refused = Not sent
salesbot-exit-within = Free messages are allowed
salesbot-exit-outside = Only a template may be sent
salesbot-exit-no_chat = There is no chat
salesbot-exit-sent = Sent
