## Web chat for customers

chat-title = Write to us
chat-greeting = Hi! How can we help?
chat-placeholder = Your message
chat-send = Send
chat-attach = Attach file
chat-attach-limit = Files up to { $size }
chat-file-too-big = “{ $file }” is { $size }, the limit is { $limit }. Send a smaller file or a link.
chat-file-kind = Files of this kind cannot be sent here.
chat-file-empty = “{ $file }” is empty.
chat-file-most = At most { $count } files at once.
chat-file-too-large = Not sent: the file is too large
chat-file-none = Not sent: choose a file first.
chat-file-remove = Remove { $file }
chat-files = Files to send
chat-camera = Take a photo
chat-smileys = Emoji
chat-state-sending = Sending…
chat-state-sent = Sent
chat-state-read = Read
chat-new = New
chat-status-online = Online
chat-status-minutes = Usually replies within minutes
chat-status-hour = Usually replies within an hour
chat-status-day = Usually replies within a day
chat-status-away = Away · leave a message
chat-status-back =
    Back { $day ->
        [today] today
        [tomorrow] tomorrow
        [mon] on Monday
        [tue] on Tuesday
        [wed] on Wednesday
        [thu] on Thursday
        [fri] on Friday
        [sat] on Saturday
       *[sun] on Sunday
    } at { $time }
chat-state-failed = Not sent
chat-send-again = Send again
chat-typing = { $name } is typing…
chat-new-messages =
    { $count ->
        [one] { $count } new message
       *[other] { $count } new messages
    }
chat-offline = No internet. Keep writing: messages are sent when you are back online.
chat-reconnecting = Connecting…
chat-reconnected = Connected again
chat-unsent =
    { $count ->
        [one] { $count } message is waiting for the connection
       *[other] { $count } messages are waiting for the connection
    }
chat-paused = We’ll reply a little later: the chat is being set up. Your message is saved.
chat-closed = This chat is closed. Contact us another way.
chat-too-fast =
    Too many messages at once. Wait { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }.
chat-today = Today
chat-yesterday = Yesterday
chat-no-script = Live answers need JavaScript. Without it, press “Refresh” to see the answer.
chat-messages = Messages
chat-you = You
chat-employee = Support
chat-visitor = Site visitor { $code }
chat-refresh = Refresh
chat-empty = Not sent: the message is empty.
chat-too-long = Not sent: the message is longer than 4096 characters. Send it in parts.
chat-conflict = Not sent yet: this page is out of date. Press “Send” once more.
chat-cookies = This chat needs a cookie to recognise you. Allow cookies for this page and reload it.
chat-open = Open chat
chat-minimise = Minimise chat
chat-sound-off = Turn sound off
chat-sound-on = Turn sound on
chat-dismiss = Close
chat-privacy = Messages are stored by { $company }.
chat-away = We’re away right now. Leave a message and we’ll reply during working hours.
chat-about-you = About you
chat-ask-name = Your name
chat-ask-phone = Phone
chat-ask-email = E-mail
chat-optional = { $label } (optional)
chat-required = Needed to send your message.
chat-rating = How was our answer?
chat-rating-bad = Bad
chat-rating-fair = So-so
chat-rating-good = Good
chat-rating-comment = Add a comment
chat-rating-thanks = Thank you
chat-consent-needed = Not sent: the chat needs your consent first.
chat-wrong-phone = Enter the number with its country code: +7 915 111‑22‑33.
chat-phone-extra = Enter one number only. Write an extension in the message.
chat-wrong-email = Enter an e-mail address such as anna@example.com.
chat-typing-unnamed = Typing…
chat-forwarded = Forwarded
chat-reply = Reply
chat-edit = Edit
chat-voice = Record a voice message
chat-voice-recording = Recording
chat-voice-denied = No access to the microphone. Allow it for this page and try again.
chat-voice-play = Play
chat-voice-pause = Pause
chat-react = React
chat-choose = Choose
chat-map = Show on a map
chat-full = Not sent: new messages are not accepted here now. Contact us another way.
chat-files-enough = Not sent: no more files are accepted here today. Send a link instead.
chat-mail = Get the answer by e-mail
chat-mail-sent = Check your e-mail and open the link there to confirm the address.
chat-mail-limit = Not sent: too many e-mails to this address or from here. Try again later.
chat-mail-first = Write a message first.
chat-mail-on = Done. Answers you miss in the chat will come by e-mail.
chat-mail-back = Back to the chat
chat-mail-dead = This link has expired. Ask for e-mail answers in the chat again.
chat-mail-another = This link opens a different chat from the one in this browser. Whoever sent you the link can read what you write there. It begins like this:
chat-mail-open = This link opens a chat that begins like this. If it is not yours, close this page: whoever sent you the link can read what you write there.
chat-mail-open-yes = Open this chat
chat-mail-stay = Stay in my chat
chat-mail-confirm = Get answers from the chat “{ $title }” by e-mail when you miss them in the chat?
chat-mail-confirm-yes = Yes, send answers
chat-mail-end = Stop e-mails with answers from the chat “{ $title }”?
chat-mail-end-yes = Stop e-mails
chat-mail-ended = You will get no more e-mails from this chat.
chat-mail-file = A file: { $name }
chat-mail-subject = Answer in the chat “{ $title }”
chat-mail-letter =
    You have an answer in the chat “{ $title }”.

    { $answers }

    Continue the chat: { $back }
    The link opens your chat without a password and works for { $count ->
        [one] { $count } day
       *[other] { $count } days
    }. Do not forward it.

    Stop these e-mails: { $end }
chat-transcript = E-mail me this chat
chat-transcript-sent = The chat is on its way to your mailbox.
chat-transcript-subject = Your chat “{ $title }”
chat-transcript-letter =
    Your chat “{ $title }”:

    { $lines }

    Continue the chat: { $back }
    The link opens your chat without a password and works for { $count ->
        [one] { $count } day
       *[other] { $count } days
    }. Do not forward it.

    Stop e-mails from this chat: { $end }
chat-mail-confirm-subject = Confirm your e-mail for the chat “{ $title }”
chat-mail-confirm-letter =
    Someone asked to get answers from the chat “{ $title }” at this address. Confirm it: { $url }
    The link works for a day.

    If it was not you, ignore this e-mail: nothing else will be sent.
