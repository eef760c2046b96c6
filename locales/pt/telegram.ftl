# Machine-made: no native has read it yet.

## Texts in a chat for things that amoCRM has no type for

tg-in-nameless = Telegram { $id }
tg-in-poll = [Enquete]
tg-in-story = [Story]
tg-in-paid-media = [Mídia paga, { $stars } ⭐]
tg-in-checklist = [Lista de tarefas]
tg-in-gift = [Presente]
tg-in-giveaway = [Sorteio]
tg-in-game = [Jogo]
tg-in-invoice = [Fatura]
tg-in-form = [Formulário]
tg-in-sticker = [Figurinha]
tg-in-too-large = [Arquivo { $size }: { $name }, não pode ser baixado. Peça um link]
tg-in-too-large-unnamed = [Arquivo { $size }, não pode ser baixado. Peça um link]
tg-in-unknown = [A mensagem não é compatível. Peça para enviar como texto ou como arquivo]
tg-in-forward = Encaminhado de { $name }:
tg-in-forward-link = Encaminhado de { $name } ({ $link }):
tg-in-unnamed = alguém
tg-in-elsewhere = [Uma mensagem de outro chat]
incoming-button = [Um botão foi clicado]

## A bot and where it brings messages

said-telegram-https = O Telegram envia mensagens só para endereços https, mas o endereço deste servidor é { $url }. Pergunte ao administrador do servidor
said-telegram-port = O Telegram chama só as portas 443, 80, 88 e 8443, mas este servidor usa a porta { $port }. Pergunte ao administrador do servidor
said-telegram-unset = O Telegram não sabe para onde enviar as mensagens
said-telegram-elsewhere = O Telegram envia as mensagens para { $host }: outro serviço assumiu o bot
said-telegram-failing = O Telegram diz da última chamada: { $text } (esperando lá: { $count })
said-telegram-waiting = { $count } mensagens esperam no Telegram
said-messenger-away = o app de mensagens não responde: { $reason }
said-messenger-refused = o app de mensagens recusou: { $reason }
said-line-taken = { $line } já funciona em outra conta
said-line-taken-here = { $line } já funciona na fonte “{ $source }”.
said-line-lost = { $line } foi conectada em outra fonte, cujas credenciais o app de mensagens confirmou: as mensagens dos clientes chegam lá. Se a linha é sua, insira aqui novas credenciais; caso contrário, exclua esta fonte
said-line-other = estas credenciais são de { $line } e esta fonte é { $now }: adicione outra fonte para elas

## A source whose messenger brings messages elsewhere, or not at all

source-reason-line_elsewhere = Outro serviço assumiu o bot ou o número: as mensagens dos clientes vão para lá.
source-reason-line_not_set = O app de mensagens não sabe para onde enviar as mensagens. O Parom continua registrando o endereço.
source-reason-line_failing = O app de mensagens não consegue contatar o Parom, ou só com atraso. As mensagens esperam lá e não se perdem por um dia.
source-reason-line_trouble = O app de mensagens informa um problema com este número ou conta. As mensagens podem estar limitadas.
source-reason-business_off = O bot foi desativado no Telegram Business. Conecte-o lá novamente: Configurações → Telegram Business → Chatbots.
source-action-take_back = Conectar novamente
source-taken-back = “{ $source }” recebe suas mensagens novamente.
source-deep-link = Link para clientes
source-deep-link-hint = O que vem depois de { $part } (até 64 letras, dígitos, _ e -) é guardado com o chat: uma marca de onde o cliente veio.
source-deep-link-hint-text = O texto depois de text= aparece escrito como a primeira mensagem do cliente.
source-refused-line_taken = { $reason }
source-refused-messenger_refused = { $reason }
audit-did-source-taken_back = Mensagens de uma fonte retomadas
alert-kind-source_moved = Outro serviço assumiu um bot ou um número
problem-line_taken = A linha funciona em outra fonte
problem-messenger_refused = O app de mensagens recusou
wizard-slow-telegram-1 = É o bot certo? Compare o nome.
wizard-slow-telegram-2 = Em um grupo: o modo de privacidade está desativado no @BotFather e o bot foi adicionado novamente depois?
wizard-slow-telegram-3 = Outro serviço usa o bot? Teste a fonte: ela mostra para onde vão as mensagens.

## A chat

conversation-visit = Chegou com a etiqueta
conversation-shut = O cliente bloqueou o bot. As mensagens não chegam até que ele o desbloqueie.

## A greeting

tg-out-ask-phone = Compartilhe seu número de telefone para que possamos falar com você.
tg-out-share-phone = Compartilhar meu número
wizard-test-note-telegram = Os clientes escrevem para sua própria conta com o Telegram Business? No Telegram, abra Configurações, Telegram Business, Chatbots e adicione este bot: essas conversas também chegam aqui.
