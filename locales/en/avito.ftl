## The kind

connector-avito = Avito
connector-avito-about = Buyers write about your ads. The first message names the ad, its price and its address. Avito reports when a message is read.

## Texts in a chat for things that amoCRM has no type for

avito-in-nameless = Avito { $id }
avito-in-about = [Advert] { $title }
avito-in-item = [Advert] { $title }
avito-in-missed-call = [Missed call]
avito-in-call = [Call]
avito-in-file = [File. Avito does not share it: open it in the chat at Avito, or ask for a link]
avito-in-video = [Video. Avito does not share it: open it in the chat at Avito, or ask for a link]
avito-in-unknown = [The message is not supported. Ask to send it as text or as a picture]

## A seller's account and where Avito posts its messages

said-avito-account = Avito account { $name }
said-avito-no-credentials = the source has no Avito credentials: enter the Client ID and the Client Secret
said-avito-no-app = this server has no Avito application: connect with the Client ID and the Client Secret
said-avito-unset = Avito does not know where to send messages
said-avito-file = the picture cannot be read now
said-avito-token-ended = Avito ended the access early; Parom requests it again
said-avito-answered = Avito answered { $status } { $text }

## The wizard

wizard-consent-avito = Log in with Avito
wizard-consent-hint-avito = On Avito’s page, sign in as the seller and confirm. You then return here, with nothing to copy.
wizard-avito-client-id = Client ID
wizard-avito-client-id-hint = At avito.ru open “For professionals” → “Integrations” (avito.ru/professionals/api). Avito opens this API only on its highest subscription level; for services, on the two highest.
wizard-avito-client-secret = Client Secret
wizard-avito-client-secret-hint = On the same page. If you issue a new secret there, enter it here too.
wizard-avito-incomplete = Enter both the Client ID and the Client Secret.
wizard-avito-bad-format = Copy the whole value from avito.ru/professionals/api: it has no spaces.
wizard-avito-mark-read = Mark chats as read at Avito when a manager answers
wizard-avito-mark-read-hint = Without this option, chats answered from amoCRM stay unread in Avito’s application.

## Refusals

passport-avito-a1 = The seller revoked the access at Avito. Connect the source again.
passport-avito-a2 = Avito refuses the Client ID or Secret. Enter them again from avito.ru/professionals/api.
passport-avito-a3 = The Avito plan has no messenger API or is not paid. Upgrade or pay for it; messages wait.
passport-avito-a4 = Avito forbids access: check the subscription level and the account at Avito; messages wait.
passport-avito-a5 = No such chat at Avito: a buyer must write about an ad first.
passport-avito-a6 = Avito does not accept this file. Send a smaller picture or a link.
passport-avito-a7 = Too many requests to Avito. Parom repeats automatically.
passport-avito-a8 = The message is empty. Add some text.
passport-avito-a9 = It is unknown whether the message arrived. Check the chat at Avito.
passport-avito-400 = Avito refused the message. Change it and try again.
passport-avito-4xx = Avito refused the message. Change it and try again.
passport-avito-5xx = Avito failed. Try again later.
