# Machine-made: no native has read it yet.

## A bot of MAX: settings

connector-max-about = Os clientes escrevem para seu bot no MAX. Arquivos, respostas, edições e comentários de publicações vão nos dois sentidos. O MAX não informa quando uma mensagem é entregue ou lida.
wizard-max-token = Token do bot
wizard-max-token-hint = Em business.max.ru abra o chatbot e depois Integração → Obter token. O bot precisa ter passado pela moderação.
wizard-max-bad-format = Um token de bot é uma palavra sem espaços. Copie a linha inteira de business.max.ru.
wizard-max-refused = O MAX não conhece este token. Talvez um mais novo tenha sido emitido em business.max.ru.
wizard-max-webhook-elsewhere = As mensagens deste bot também vão para { $host }. Elas continuarão indo para lá, e os clientes podem receber duas respostas.
wizard-max-groups = Incluir grupos
wizard-max-groups-hint = Cada grupo em que o bot é administrador vira um chat.
wizard-max-comments = Incluir comentários
wizard-max-comments-hint = Os comentários de publicações em canais em que o bot é administrador viram chats. As respostas são públicas.
wizard-max-delivered = Marcar como entregue quando o MAX aceitar
wizard-max-delivered-hint = O MAX não informa entregas nem leituras. Sem esta opção as mensagens ficam como “enviada”.
wizard-slow-max-1 = É o bot certo? Compare o nome.
wizard-slow-max-2 = Clique primeiro em Start no chat do bot: o MAX não envia nada antes disso.
wizard-slow-max-3 = O bot passou pela moderação em business.max.ru?

## Texts in a chat for things that amoCRM has no type for

max-in-nameless = MAX { $id }
max-in-unknown = [A mensagem não é compatível. Peça para enviar como texto ou como arquivo]
max-in-forward = Encaminhado de { $name }:
max-in-unnamed = alguém

## A bot and where it brings messages

said-max-token = falta o token do bot
said-max-bot = { $name } responde
said-max-refused = O MAX respondeu: { $text }
said-max-answered = O MAX respondeu { $status }: { $text }
said-max-unreadable = O MAX respondeu { $status } com algo ilegível
said-max-file = não foi possível ler aqui o arquivo para o MAX
said-max-upload = O MAX aceitou um arquivo sem devolver o token dele
said-max-https = O MAX envia mensagens só para endereços https na porta 443, mas o endereço deste servidor é { $url }. Fale com o administrador do servidor
said-max-unset = O MAX não sabe para onde enviar as mensagens ou desistiu após oito horas de falhas
said-max-elsewhere = O MAX envia as mensagens para { $host }: outro serviço assumiu o bot

## What a refusal of MAX means

passport-max-m1 = O MAX não aceita o token do bot. Renove-o nas configurações da fonte.
passport-max-m2 = O cliente parou o bot. Fale com ele por outro meio.
passport-max-m3 = O bot não pode escrever neste chat. Peça para adicioná-lo como administrador.
passport-max-m4 = O cliente não iniciou o bot. Envie a ele o link do bot.
passport-max-m5 = Esse chat não existe: o cliente nunca escreveu ao bot. Envie o link do bot.
passport-max-m6 = O MAX ainda processa o arquivo; a mensagem vai sair mais tarde.
passport-max-m7 = O texto é longo demais. Divida em partes de 4000 caracteres.
passport-max-m8 = O MAX recusou um botão. Corrija o link ou remova botões.
passport-max-m9 = O MAX aceita um arquivo por mensagem. Envie um a um.
passport-max-m10 = A outra mensagem não existe mais. Escreva sem a citação.
passport-max-m11 = O arquivo não está disponível. Anexe novamente.
passport-max-m12 = O MAX não aceita este arquivo. Envie um link.
passport-max-m13 = A mensagem está vazia. Adicione um texto.
passport-max-m14 = O MAX recusou o contato ou a localização. Envie como texto.
passport-max-m15 = Esta mensagem não pode mais ser editada.
passport-max-m16 = O arquivo é grande demais para o MAX. Envie um link.
passport-max-m17 = O MAX negou o acesso ao bot. Verifique o token nas configurações da fonte.
passport-max-m18 = O MAX não permite isso agora. Tente novamente mais tarde.
passport-max-m19 = O MAX limita a velocidade; a mensagem vai sair mais tarde.
passport-max-m20 = O MAX não está disponível agora; nova tentativa em andamento.
passport-max-m21 = O bot está conectado a outro serviço. Desconecte-o lá.
passport-max-m22 = Não se sabe se chegou. Pergunte ao cliente ou envie novamente.
passport-max-403 = O MAX não deixa você escrever a este cliente. Fale com ele por outro meio.
passport-max-404 = Esse chat não existe no MAX. Envie ao cliente o link do bot.
passport-max-400 = O MAX recusou a mensagem. Mude-a e tente novamente.
passport-max-5xx = O app de mensagens falhou. Tente novamente mais tarde.
