/** The words of run names: friendly, easy to spell, none twice, none that offends beside any of the others. */

/** Qualities, colours and moods. */
export const ADJECTIVES: readonly string[] = `
  able acoustic active adept agile airy alert alpine amber ample ancient apt aquatic arctic ardent artful
  astral astute atomic autumn avid awake azure balanced balmy beaming benign blazing blissful bold boreal
  bouncy boundless brave breezy bright brilliant brisk bronze bubbly buoyant calm candid capable carefree
  careful caring celestial charming cheerful chipper civil classic clean clear clever coastal cobalt cogent
  coherent colorful comic composed constant copper coral cordial cosmic courteous cozy crafty creative
  crimson crisp crystal curious dapper daring dashing dauntless dazzling deft deliberate delicate dextrous
  diligent discreet distant dreamy durable dutiful eager earnest earthy easy ebullient elastic elated
  electric elegant eloquent emerald eminent enduring energetic epic equable ethereal even exact exotic
  expert fabled fair faithful famous fancy fearless fervent festive fiery fine firm fleet floating fluent
  fluffy focused fond forthright fortunate frank free fresh friendly frosty frugal gallant gentle genuine
  gilded glad gleaming glowing golden graceful gracious grand grateful handy happy hardy harmonic hasty
  hazel hearty helpful heroic hidden honest hopeful humble icy ideal imaginative indigo industrious inspired
  intrepid inventive ivory jade jaunty jolly jovial joyful jubilant just keen kind kinetic lasting laughing
  leafy learned legible level light likable lilac literate lively logical loyal lucid lucky luminous lunar
  magenta magnetic majestic marine maroon mellow melodic merry meteoric mighty mindful mint mirthful modest
  musical mystic native neat neon nifty nimble noble nocturnal northern observant oceanic olive opal open
  orbital orderly organic original outgoing painted patient peaceful pearly pensive perky pioneering placid
  playful pleasant plucky plum poetic poised polar polished polite prancing precise prime proud prudent
  punctual purple quaint quick quiet quirky radiant rapid rare rational ready refined regal reliable
  resolute resonant robust rosy round royal ruby rugged rustic sage sandy sapphire satin scarlet scenic
  secure serene shining silent silken silver simple sincere skilled sleek smart smiling smooth snappy snowy
  solar solid sonic southern sparkling spirited splendid spotless sprightly spry stable starry stately
  steadfast steady stellar still stoic strong studious sturdy sublime subtle summery sunlit sunny supple
  sure tactful talented tender thorough thoughtful thrifty tidal tidy timely tireless topaz tranquil trusty
  truthful turquoise twinkling unique upbeat upright valiant vast velvet verdant versatile vibrant vigilant
  violet vital vivid wandering warm watchful western whimsical wise witty wondrous woven young zealous zesty
`
  .trim()
  .split(/\s+/)

/** Animals by their common English names. */
export const ANIMALS: readonly string[] = `
  aardvark albacore albatross alpaca anchovy angelfish ant anteater antelope armadillo auk avocet axolotl
  badger bandicoot barbet barracuda basilisk bat bee beetle beluga bilby binturong bison blackbird bluebird
  bluefin bobcat bobolink bongo bonobo bream budgerigar buffalo bulbul bullfinch bumblebee bunting bushbaby
  bustard butterfly buzzard caiman camel canary capuchin capybara caracal caribou carp cassowary cat
  caterpillar catfish centipede chaffinch chameleon chamois cheetah chickadee chicken chinchilla chipmunk
  cicada civet clam coati cod collie condor corgi cormorant cowrie coyote crab crane crayfish cricket
  crocodile crossbill crow cuckoo curlew cuttlefish dachshund damselfly deer dhole dingo dipper dolphin
  donkey dormouse dotterel dove dragonfly dromedary duck dugong dunlin dunnock eagle echidna eel egret eider
  eland elephant elk emu ermine falcon fennec ferret finch firefly flamingo flounder fossa fox frigatebird
  frog fulmar gannet gar gaur gazelle gecko gerbil gerenuk gharial gibbon giraffe gnu goat godwit goldcrest
  goldfinch goldfish goose gopher goshawk grasshopper grayling grebe greenfinch grosbeak grouper grouse
  guanaco guillemot guineafowl gull guppy haddock halibut hamster hare harrier hawk hedgehog heron herring
  hoopoe hornbill horse hummingbird husky hyrax ibex ibis iguana impala jackdaw jaguar jay jellyfish jerboa
  kakapo kangaroo kea kestrel kingfisher kinkajou kite kiwi koala kookaburra krill kudu ladybird lamprey
  langur lapwing lark lemming lemur leopard limpet linnet lion lizard llama lobster loon lorikeet loris lynx
  macaque macaw mackerel magpie mallard manatee mandrill manta mantis margay marlin marmoset marmot marten
  meerkat merganser merlin millipede mink minnow mockingbird mole mongoose moorhen moose moth mouflon mouse
  mule mullet muskox narwhal nautilus newt nighthawk nightingale numbat nuthatch ocelot octopus okapi olingo
  opossum orangutan orca oriole oryx osprey ostrich otter ovenbird owl ox oyster paca panda pangolin panther
  parakeet parrot partridge peacock peccary pelican penguin perch peregrine petrel pheasant phoebe pigeon
  pika pike pipit plaice platypus plover polecat pollock pony porcupine porpoise possum prawn ptarmigan
  puffin puma quail quetzal quokka quoll rabbit raccoon raven ray redstart redwing reindeer rhea rhino
  roadrunner robin rook rooster sable salamander salmon sanderling sandpiper sardine sawfish scallop
  scorpion seahorse seal serval shearwater sheep shrew shrike shrimp siamang sifaka siskin skimmer skink
  skua skylark sloth snail snipe sparrow spider spoonbill springbok squid squirrel stallion starfish
  starling stilt stingray stoat stork sturgeon sunbird sunfish swallow swan swift tahr takin tamandua
  tamarin tanager tapir tarpon tarsier teal tenrec tern terrapin terrier thrush tiger toad tortoise toucan
  trout tuatara tuna turaco turbot turkey turtle urchin vicuna vireo vole wagtail wallaby walrus wapiti
  warbler waxwing weasel weaver whale wheatear whimbrel whippet wigeon wolf wolverine wombat woodlark
  woodpecker wren wryneck yak zander zebra zebu zorilla
`
  .trim()
  .split(/\s+/)
