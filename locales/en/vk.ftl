## VK: its card in the wizard

connector-vk = VK community
connector-vk-about = Customers write to your community. Media, replies, buttons, reactions and edits go both ways, and comments arrive too. VK reports when a message is read.
wizard-slow-vk-1 = Are messages of the community switched on? Manage → Messages.
wizard-slow-vk-2 = Is it the right community? Compare its name.
wizard-slow-vk-3 = Did VK confirm this server? Test the source: it shows where messages go.

## VK: settings

wizard-vk-group = Community number
wizard-vk-group-hint = Digits from the address: 223344556 for vk.com/club223344556. If the address is a word, see Manage → Settings.
wizard-vk-bad-group = This is not a community number. It has digits only, like 223344556.
wizard-vk-token = Access key of the community
wizard-vk-token-hint = In the community open Manage → API usage → Access tokens, create a key and tick: community management, messages, photos, files, wall. Messages of the community must be switched on.
wizard-vk-bad-token = This is not an access key. Copy the whole line that begins with vk1.a.
wizard-vk-refused = VK does not accept this access key. Create a new one in the community: Manage → API usage → Access tokens.
wizard-vk-no-right = The access key lacks a right. Create a key with all the rights named here.

## VK: what a check found

said-vk-token = the community’s number or access key is missing
said-vk-group = community “{ $name }” answers
said-vk-no-wall = community “{ $name }” answers; without the right “wall” comments cannot be answered in public
said-vk-other-group = the access key belongs to another community. Check the number
said-vk-rights = the access key lacks rights: { $rights }. Create a key with all of them
said-vk-servers = the community has 10 callback servers already. Remove one in Manage → API usage → Callback API
said-vk-unset = VK does not know where to send messages
said-vk-failed = VK could not reach this server or did not get the right answer. Parom registers it again automatically
said-vk-refused = VK answered: { $text }
said-vk-answered = VK answered { $code }: { $text }
said-vk-unreadable = VK answered something that cannot be read
said-vk-file = the file to send to VK could not be read here

## VK: texts in a chat for things that amoCRM has no type for

vk-in-nameless = VK { $id }
vk-in-video = [Video]
vk-in-audio = [Music]
vk-in-photo = [Picture]
vk-in-file = [File]
vk-in-post = [Post]
vk-in-comment = [Comment]
vk-in-product = [Product]
vk-in-products = [Products]
vk-in-poll = [Poll]
vk-in-gift = [Gift]
vk-in-story = [Story]
vk-in-call = [Call]
vk-in-article = [Article]
vk-in-forward = Forwarded from { $name }:
vk-in-unknown = [The message is not supported. Ask to send it as text or as a file]

## VK: what its refusals mean, told to the manager

passport-vk-1 = VK is unavailable for now; trying again.
passport-vk-5 = VK no longer accepts the access key. Create a new one and enter it in the source settings.
passport-vk-6 = VK limits the rate; the message will go later.
passport-vk-7 = The access key lacks a right. Create one with all rights and enter it in the settings.
passport-vk-9 = VK limits the rate; the message will go later.
passport-vk-10 = VK is unavailable for now; trying again.
passport-vk-14 = VK asks for a captcha; trying again later.
passport-vk-15m = Messages of the community are off. Switch them on: Manage → Messages.
passport-vk-15 = The access key lacks a right. Create one with all rights and enter it in the settings.
passport-vk-18 = The customer’s account is deleted or blocked. Look for another contact.
passport-vk-27m = VK lets communities answer comments in public only under posts. Answer in private.
passport-vk-27 = VK no longer accepts the access key. Create a new one and enter it in the source settings.
passport-vk-29 = VK’s daily limit is reached; the message will go later.
passport-vk-30 = The customer’s profile is closed. Use another way to reach them.
passport-vk-100q = The quoted message is gone; sent without the quote.
passport-vk-100a = VK did not accept the file. Attach it again.
passport-vk-100r = VK has no such reaction.
passport-vk-100 = VK refused the message. Is it empty? Change it and try again.
passport-vk-105 = VK could not keep the file. Attach it again or send a link.
passport-vk-129 = VK could not read the picture. Send it as a file.
passport-vk-212 = Comments are closed here, or the comment is gone. Answer in private.
passport-vk-222 = VK forbids links in comments. Send it without the link or in private.
passport-vk-223 = Too many comments; the answer will go later.
passport-vk-900 = The customer is on the community’s blacklist. Take them off in VK to write.
passport-vk-901 = The customer does not allow messages. Ask them to write to the community first.
passport-vk-902 = The customer’s privacy settings forbid messages. Use another way to reach them.
passport-vk-909 = More than 24 hours passed; the message cannot be changed.
passport-vk-911 = VK refused the buttons; they were sent as text.
passport-vk-912 = Bot features are off in VK: the buttons were sent as text. Manage → Messages → Bot settings.
passport-vk-913 = Too many forwarded messages. Send fewer.
passport-vk-914 = The text is too long. Split it into parts of 9000 characters.
passport-vk-917 = The community is not in this group chat. Ask to add it.
passport-vk-920 = This message can no longer be changed.
passport-vk-921 = The quoted message is gone; sent without the quote.
passport-vk-922 = The community left this group chat. Ask to add it.
passport-vk-925 = The community is not an admin of the group chat. Ask for the right.
passport-vk-927 = The group chat does not exist. Write to the customer directly.
passport-vk-932 = VK does not let the community write here. Use another way.
passport-vk-936 = VK does not know this customer. Use another way to reach them.
passport-vk-940 = Too many posts in one message. Send fewer.
passport-vk-944 = VK’s limit of notifications to this customer is reached. Wait for their message.
passport-vk-945 = The group chat is switched off. Write to the customer directly.
passport-vk-950 = The time to answer is over. Wait for the customer’s message.
passport-vk-962 = This chat is for subscribers only. Write to the customer directly.
passport-vk-969 = The quoted message cannot be quoted; sent without it.
passport-vk-983 = The chat accepts no messages, or the customer has not agreed yet.
passport-vk-1009 = VK does not show this reaction here.
passport-vk-1012 = Writing is switched off in the group chat. Ask its admin.
passport-vk-upload = VK did not accept the file. Attach it again or send a link.
passport-vk-unknown = Delivery is unknown. Ask the customer or send again.
passport-vk-other = VK refused the message. Change it and try again.
shadow-note-vk = A community has ten addresses for its events: one is Parom’s, the others stay as they are
wizard-consent-vk = Log in with VK
wizard-consent-hint-vk = On VK’s page, sign in as an administrator of the community and confirm, then choose communities here. VK asks you to confirm them once more.
said-consent-none-vk = you manage no community. Sign in as its administrator
