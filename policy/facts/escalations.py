"""Known ways to raise one's own rights in AWS, by the actions that they need.

From Rhino Security Labs (https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/) and Datadog's
catalogue (https://pathfinding.cloud), which cloudsplaining checks too. A method that needs several calls is listed by
the one that AWS ties to the role, since what starts the code later is easily had.
"""

# Enough alone where the resource is not named, or is the role itself.
ALONE = (
    "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy",
    "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary", "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile", "sts:AssumeRole", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
    "glue:UpdateDevEndpoint", "glue:UpdateJob", "cloudformation:UpdateStack", "codebuild:StartBuild",
    "codebuild:StartBuildBatch", "apprunner:UpdateService", "ec2-instance-connect:SendSSHPublicKey",
    "ecs:ExecuteCommand", "sagemaker:CreatePresignedNotebookInstanceUrl", "ssm:SendCommand", "ssm:StartSession",
)  # fmt: skip
# With iam:PassRole: what hands a role to a service that then runs the caller's code.
RUNS_CODE = {
    "apprunner.amazonaws.com": ("apprunner:CreateService",),
    "bedrock-agentcore.amazonaws.com": ("bedrock-agentcore:CreateCodeInterpreter",),
    "cloudformation.amazonaws.com": (
        "cloudformation:CreateChangeSet", "cloudformation:CreateStack", "cloudformation:CreateStackSet",
        "cloudformation:UpdateStack", "cloudformation:UpdateStackSet",
    ),
    "codebuild.amazonaws.com": ("codebuild:CreateProject", "codebuild:UpdateProject"),
    "datapipeline.amazonaws.com": ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
    "ec2.amazonaws.com": (
        "ec2:RunInstances", "ec2:RequestSpotInstances", "ec2:AssociateIamInstanceProfile",
        "ec2:ReplaceIamInstanceProfileAssociation",
    ),
    "ecs-tasks.amazonaws.com": ("ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StartTask", "ecs:CreateService"),
    "glue.amazonaws.com": ("glue:CreateDevEndpoint", "glue:CreateJob", "glue:UpdateJob"),
    "lambda.amazonaws.com": ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"),
    "sagemaker.amazonaws.com": (
        "sagemaker:CreateNotebookInstance", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
    ),
    "ssm.amazonaws.com": ("ssm:StartAutomationExecution",),
    "states.amazonaws.com": ("states:CreateStateMachine", "states:UpdateStateMachine"),
}  # fmt: skip
