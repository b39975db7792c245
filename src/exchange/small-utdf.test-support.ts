/**
 * Two signals on Main Street, 1 in the west and 2 in the east, with a bend (10) between them, as UTDF version 8. Signal 1
 * has eight phases; signal 2 is a T, so its second ring has nothing beside phase 4. Both sequences begin at a known second
 * of the system clock: signal 1 at 0 s, signal 2 at 35 s, cycle 100 s.
 */
export interface SmallUtdf {
  readonly metric?: 0 | 1;
  readonly referencedTo?: number;
  /** Offsets of signals 1 and 2 under that reference. */
  readonly offsets?: readonly [number, number];
}

const MOVEMENTS = "NBL,NBT,NBR,SBL,SBT,SBR,EBL,EBT,EBR,WBL,WBT,WBR,PED,HOLD";

export function buildSmallUtdf(of: SmallUtdf = {}): string {
  const [first, second] = of.offsets ?? [20, 50];
  const code = of.referencedTo ?? 0;
  return `[Network]
Network Settings
RECORDNAME,DATA
UTDFVERSION,8
Metric,${of.metric ?? 0}
yellowTime,3.5
allRedTime,1.0
DefFlow,1900
PedSpeed,${of.metric === 1 ? 1.2 : 3.5}

[Nodes]
Node Data
INTID,TYPE,X,Y,Z,DESCRIPTION
1,0,0,0,0,
2,0,1000,0,0,
10,2,500,100,0,
101,1,-300,0,0,
102,1,0,300,0,
103,1,0,-300,0,
201,1,1300,0,0,
202,1,1000,300,0,

[Links]
Link Data
RECORDNAME,INTID,NB,SB,EB,WB
Up ID,1,103,102,101,10
Name,1,First St,First St,Main Street,Main Street
Distance,1,300,300,300,510
Speed,1,25,25,40,40
Lanes,1,2,2,4,4
Up ID,2,,202,10,201
Name,2,,Second St,Main street,Main Street
Distance,2,,300,510,300
Speed,2,,25,40,40
Lanes,2,,2,3,3
Up ID,10,,,1,2
Name,10,,,Main Street,Main Street
Distance,10,,,510,510
Speed,10,,,40,40
Lanes,10,,,2,2
Up ID,201,,,2,
Name,201,,,Main Street,
Distance,201,,,300,
Speed,201,,,40,
Lanes,201,,,2,

[Lanes]
Lane Group Data
RECORDNAME,INTID,${MOVEMENTS}
Up Node,1,103,103,103,102,102,102,101,101,101,10,10,10,,
Dest Node,1,101,102,10,10,103,101,102,10,103,103,101,102,,
Lanes,1,1,1,0,1,1,0,1,2,1,1,2,0,,
Shared,1,0,2,,0,2,,0,0,,0,2,,,
Storage,1,100,,,100,,,200,,150,200,,,,
Phase1,1,3,8,,7,4,,5,2,,1,6,,,
PermPhase1,1,,,,,,,,,2,,,,,
Lost Time Adjust,1,0,0,0,0,0,0,0,0.5,0,0,0,0,,
SatFlow,1,1770,1750,0,1770,1750,0,1770,3539,1583,1770,3500,0,,
SatFlowPerm,1,1770,1750,0,1770,1750,0,1770,3539,1583,1770,3500,0,,
Allow RTOR,1,1,1,1,1,1,1,1,1,1,1,1,1,,
Volume,1,50,100,20,60,110,30,70,800,40,80,700,25,,
numDetects,1,1,1,,1,1,,1,2,1,1,2,,,
DetectPos1,1,0,0,,0,0,,0,0,0,0,0,,,
DetectPos2,1,,,,,,,,94,,,94,,,
Up Node,2,,,,202,,202,10,10,,,201,201,,
Dest Node,2,,,,201,,10,202,201,,,10,202,,
Lanes,2,,,,1,,1,1,2,,,2,0,,
Shared,2,,,,0,,,0,0,,,2,,,
Storage,2,,,,,,,200,,,,,,,
Phase1,2,,,,4,,,5,2,,,6,,,
PermPhase1,2,,,,,,4,,,,,,,,
SatFlow,2,,,,1770,,1583,1770,3539,,,3500,0,,
SatFlowPerm,2,,,,1770,,1583,1770,3539,,,3500,0,,
Allow RTOR,2,,,,1,,1,1,1,,,1,1,,
Volume,2,,,,90,,45,55,820,,,760,35,,

[Timeplans]
Timing Plan Settings
RECORDNAME,INTID,DATA
Control Type,1,3
Cycle Length,1,100.0
Referenced To,1,${code}
Reference Phase,1,206
Offset,1,${first.toFixed(1)}
Node 0,1,1
Node 1,1,0
Control Type,2,3
Cycle Length,2,100.0
Referenced To,2,${code}
Reference Phase,2,206
Offset,2,${second.toFixed(1)}
Node 0,2,2
Node 1,2,0

[Phases]
Phasing Data
RECORDNAME,INTID,D1,D2,D3,D4,D5,D6,D7,D8
BRP,1,111,112,211,212,121,122,221,222
MinGreen,1,5,10,5,7,5,10,5,7
MaxGreen,1,10,35,10,25,15,30,10,25
VehExt,1,2,3,2,3,2,3,2,3
Yellow,1,4,4,4,4,4,4,4,4
AllRed,1,1,1,1,1,1,1,1,1
Recall,1,0,3,0,0,0,3,0,0
Walk,1,,7,,,,,,7
DontWalk,1,,12,,,,,,15
MinSplit,1,10,24,10,20,10,24,10,27
Start,1,0,15,55,70,0,20,55,70
End,1,15,55,70,0,20,55,70,0
Yield,1,10,50,65,95,15,50,65,95
Yield170,1,10,38,65,95,15,50,65,95
LocalStart,1,80,95,35,50,80,0,35,50
LocalYield,1,90,30,45,75,95,30,45,75
LocalYield170,1,90,18,45,75,95,30,45,75
ActGreen,1,9,40,8,20,14,35,9,21
BRP,2,111,112,211,212,121,122,221,222
MinGreen,2,,10,,7,5,10,,
MaxGreen,2,,55,,35,10,40,,
VehExt,2,,3,,3,2,3,,
Yellow,2,,4,,4,4,4,,
AllRed,2,,1,,1,1,1,,
Recall,2,,3,,0,0,3,,
MinSplit,2,,20,,20,10,20,,
Start,2,,35,,95,35,50,,
End,2,,95,,35,50,95,,
Yield,2,,90,,30,45,90,,
Yield170,2,,90,,30,45,90,,
LocalStart,2,,85,,45,85,0,,
LocalYield,2,,40,,80,95,40,,
LocalYield170,2,,40,,80,95,40,,
`;
}
