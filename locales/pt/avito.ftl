# Machine-made: no native has read it yet.

## The kind

connector-avito = Avito
connector-avito-about = Os compradores escrevem sobre seus anúncios. A primeira mensagem traz o anúncio, o preço e o endereço. O Avito informa quando uma mensagem é lida.

## Texts in a chat for things that amoCRM has no type for

avito-in-nameless = Avito { $id }
avito-in-about = [Anúncio] { $title }
avito-in-item = [Anúncio] { $title }
avito-in-missed-call = [Chamada perdida]
avito-in-call = [Chamada]
avito-in-file = [Arquivo. O Avito não o compartilha: abra-o no chat do Avito ou peça um link]
avito-in-video = [Vídeo. O Avito não o compartilha: abra-o no chat do Avito ou peça um link]
avito-in-unknown = [A mensagem não é compatível. Peça para enviar como texto ou como imagem]

## A seller's account and where Avito posts its messages

said-avito-account = conta do Avito { $name }
said-avito-no-credentials = a fonte não tem credenciais do Avito: insira o Client ID e o Client Secret
said-avito-no-app = este servidor não tem um aplicativo do Avito: conecte com o Client ID e o Client Secret
said-avito-unset = O Avito não sabe para onde enviar as mensagens
said-avito-file = não é possível ler a imagem agora
said-avito-token-ended = O Avito encerrou o acesso antes da hora; o Parom pede novamente
said-avito-answered = O Avito respondeu { $status } { $text }

## The wizard

wizard-consent-avito = Entrar com o Avito
wizard-consent-hint-avito = Na página do Avito, entre como vendedor e confirme. Depois você volta aqui, sem nada para copiar.
wizard-avito-client-id = Client ID
wizard-avito-client-id-hint = Em avito.ru abra “Para profissionais” → “Integrações” (avito.ru/professionals/api). O Avito abre esta API no nível de assinatura mais alto; para serviços, nos dois mais altos.
wizard-avito-client-secret = Client Secret
wizard-avito-client-secret-hint = Na mesma página. Se você emitir lá um segredo novo, insira-o aqui também.
wizard-avito-incomplete = Insira o Client ID e também o Client Secret.
wizard-avito-bad-format = Copie o valor inteiro de avito.ru/professionals/api: ele não tem espaços.
wizard-avito-mark-read = Marcar os chats como lidos no Avito quando um atendente responde
wizard-avito-mark-read-hint = Sem esta opção, os chats respondidos no amoCRM ficam como não lidos no aplicativo do Avito.

## Refusals

passport-avito-a1 = O vendedor revogou o acesso no Avito. Conecte a fonte novamente.
passport-avito-a2 = O Avito recusa o Client ID ou Secret. Insira-os novamente a partir de avito.ru/professionals/api.
passport-avito-a3 = O plano do Avito não inclui a API de mensagens ou não está pago. Melhore-o ou pague; as mensagens esperam.
passport-avito-a4 = O Avito nega o acesso: verifique a assinatura e a conta no Avito; as mensagens esperam.
passport-avito-a5 = Esse chat não existe no Avito: um comprador precisa escrever antes sobre um anúncio.
passport-avito-a6 = O Avito não aceita este arquivo. Envie uma imagem menor ou um link.
passport-avito-a7 = Solicitações demais ao Avito. O Parom repete automaticamente.
passport-avito-a8 = A mensagem está vazia. Adicione um texto.
passport-avito-a9 = Não se sabe se a mensagem chegou. Veja o chat no Avito.
passport-avito-400 = O Avito recusou a mensagem. Mude-a e tente novamente.
passport-avito-4xx = O Avito recusou a mensagem. Mude-a e tente novamente.
passport-avito-5xx = O Avito falhou. Tente novamente mais tarde.
